#include "sigstore/encoding/der.h"
