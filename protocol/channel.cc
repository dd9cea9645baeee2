#include "protocol/channel.h"
