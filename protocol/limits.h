// Every bound of the socket contract in one place, each with its reason (D16).
#pragma once

#include <chrono>
#include <cstddef>

#include "json/reader.h"

namespace signet::protocol {

/// One message without its NUL. A git object of 2.5 MiB in base64 and its envelope fit; nothing larger has a use.
inline constexpr std::size_t kMaxMessage = std::size_t{4} * 1024 * 1024;
/// What a connection may hold of a message without asking for room: a request of a person fits, and 512 connections
/// with half a message each cost 8 MiB.
inline constexpr std::size_t kFreeMessage = std::size_t{16} * 1024;
/// Room for all larger messages together, from there on until their requests are answered: eight of the largest at a
/// time. Without it 512 connections could hold 2 GiB.
inline constexpr std::size_t kMessageRoom = 8 * kMaxMessage;
/// How long a larger message waits for room; the time to finish it begins after that.
inline constexpr std::chrono::seconds kRoomTime{30};
/// A connection at rest keeps no larger buffer than this.
inline constexpr std::size_t kKeptBuffer = std::size_t{4} * 1024;
/// "interface.Method": longer than any name of ours by far, short enough to echo in an error.
inline constexpr std::size_t kMaxMethodName = 255;
/// The name that a client gives to an item: a path fits (PATH_MAX), and a thousand of them in an audit log do no harm.
inline constexpr std::size_t kMaxItemName = 4096;
/// A git object before base64; above it a named error rather than a closed connection.
inline constexpr std::size_t kMaxGitObject = std::size_t{5} * 512 * 1024;
/// A message for a key that hashes by itself: a statement of a thousand subjects has less than 300 kB. A token takes it
/// in whole, and the worker holds one for each of its connections.
inline constexpr std::size_t kMaxTokenMessage = std::size_t{1} * 1024 * 1024;
/// JSON of a message: our deepest one has 5 levels.
inline constexpr json::ReadLimits kMessageLimits{.bytes = kMaxMessage, .depth = 32, .values = 50'000};
/// Replies that a peer has not read yet; above it the request waits (kWriteTime), then the connection is closed: a peer
/// that never reads costs no more than this and one message.
inline constexpr std::size_t kMaxWriteBuffer = std::size_t{1} * 1024 * 1024;
/// Items of one Sign call (D6).
inline constexpr std::size_t kMaxItems = 1000;
/// Open connections, in all and of one uid. Where one uid has as many, the connection that has waited longest for its
/// client is closed for the new one, one of the process that has the most: idle ones keep nobody out.
inline constexpr std::size_t kMaxConnections = 1024;
inline constexpr std::size_t kMaxConnectionsPerUid = 512;
/// Requests of one uid that are worked on at once (of a batch: items); further ones wait in order, processes taking
/// turns, while their deadline runs.
inline constexpr std::size_t kMaxRequestsPerUid = 64;
/// From the first byte of a message to its NUL: a message that never ends is cut off.
inline constexpr std::chrono::seconds kMessageTime{10};
/// An answer that the peer does not read is given up after this time.
inline constexpr std::chrono::seconds kWriteTime{30};
/// The longest that a client may ask to wait: an interactive login (D15).
inline constexpr std::chrono::seconds kMaxDeadline{300};
/// What a Sign call gets when it names no deadline: CA + touch + TSA + log of D15, rounded up.
inline constexpr std::chrono::seconds kDefaultDeadline{120};

}  // namespace signet::protocol
