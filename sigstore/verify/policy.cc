#include "sigstore/verify/policy.h"
