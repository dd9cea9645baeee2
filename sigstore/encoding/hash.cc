#include "sigstore/encoding/hash.h"
