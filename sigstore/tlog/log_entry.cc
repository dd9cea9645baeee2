#include "sigstore/tlog/log_entry.h"
