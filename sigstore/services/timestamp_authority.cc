#include "sigstore/services/timestamp_authority.h"
