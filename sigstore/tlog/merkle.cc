#include "sigstore/tlog/merkle.h"
