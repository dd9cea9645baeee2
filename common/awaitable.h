// The coroutine type of everything that runs on an event loop. The one header that brings Boost.Asio into ours.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace signet {

/// A lazy coroutine: nothing happens before it is awaited, and its caller keeps everything that it refers to alive.
template <typename T>
using Awaitable = boost::asio::awaitable<T>;

}  // namespace signet
