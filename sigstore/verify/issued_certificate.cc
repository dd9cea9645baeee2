#include "sigstore/verify/issued_certificate.h"
