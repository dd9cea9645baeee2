#include "protocol/varlink.h"
