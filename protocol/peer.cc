#include "protocol/peer.h"
