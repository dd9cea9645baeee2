#include "sigstore/verify/timestamp.h"
