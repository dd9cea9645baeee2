#include "protocol/token_messages.h"
