#include "sigstore/services/identity_token.h"
