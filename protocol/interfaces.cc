#include "protocol/interfaces.h"
