#include "sigstore/verify/refusal.h"
