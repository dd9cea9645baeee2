#include "sigstore/encoding/public_key.h"
