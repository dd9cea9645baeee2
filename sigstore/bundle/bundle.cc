#include "sigstore/bundle/bundle.h"
