#include "sigstore/services/fulcio.h"
