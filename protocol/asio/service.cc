#include "protocol/asio/service.h"
