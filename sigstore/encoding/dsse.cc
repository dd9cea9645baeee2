#include "sigstore/encoding/dsse.h"
