#include "sigstore/verify/verifier.h"
