#include "sigstore/services/transport.h"
