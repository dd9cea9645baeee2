#include "protocol/asio/connection.h"
