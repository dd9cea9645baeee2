#include "sigstore/services/rekor.h"
