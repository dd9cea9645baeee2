#include "sigstore/tlog/tile_log.h"
