#include "sigstore/encoding/certificate.h"
