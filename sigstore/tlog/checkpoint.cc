#include "sigstore/tlog/checkpoint.h"
