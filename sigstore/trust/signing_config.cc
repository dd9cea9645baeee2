#include "sigstore/trust/signing_config.h"
