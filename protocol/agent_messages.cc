#include "protocol/agent_messages.h"
