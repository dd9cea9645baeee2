#include "sigstore/trust/trusted_root.h"
