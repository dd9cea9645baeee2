#include "sigstore/encoding/pem.h"
