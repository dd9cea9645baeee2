#include "tests/support/worker.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

namespace signet::test {
namespace {

[[noreturn]] void give_up(const char* step) {
  std::perror(step);
  std::abort();
}

UniqueFd listen_at(const std::filesystem::path& path) {
  UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) give_up("bind");
  if (::listen(listener.get(), 64) != 0) give_up("listen");
  return listener;
}

}  // namespace

Worker::Worker(const Setup& setup) {
  const UniqueFd listener = listen_at(folder_ / "token.sock");
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) give_up("socketpair");
  control_.reset(ends[0]);
  const UniqueFd theirs(ends[1]);
  ProcessOptions options{.arguments = {std::string(SIGNET_BIN_DIR) + "/signet-token"}, .inherit_environment = false};
  options.arguments.insert(options.arguments.end(), setup.arguments.begin(), setup.arguments.end());
  options.environment = setup.environment;
  options.without_capabilities = setup.without_capabilities;
  options.descriptors = setup.descriptors;
  options.descriptors[3] = theirs.get();
  options.descriptors[4] = listener.get();
  keeper_.emplace(options);
}

Worker::Setup Worker::setup_for(const SoftHsm& token) {
  return {.arguments = {"--module", std::string(kSoftHsmModule), "--token-label", token.label(), "--pin-file",
                        token.pin_file().string()},
          .environment = token.environment()};
}

Worker::Worker(const SoftHsm& token) : Worker(setup_for(token)) {}

Worker::~Worker() {
  control_.reset();
  const auto end = keeper_->wait(soon());
  // What a sanitizer finds in the two processes is found nowhere else.
  if (end && end->errors.find("Sanitizer:") == std::string::npos) return;
  std::fprintf(stderr, "signet-token: %s\n", end ? end->errors.c_str() : "does not end");
  std::abort();
}

pid_t Worker::child(pid_t previous) {
  for (const Deadline deadline = soon(); !deadline.passed();) {
    const auto children = children_of(keeper_->pid());
    if (!children.empty() && children.front() != previous) return children.front();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return -1;
}

protocol::Channel Worker::connect() const {
  auto channel = protocol::Channel::connect(folder_ / "token.sock", soon());
  if (!channel) give_up(channel.error().what.c_str());
  return std::move(*channel);
}

void send_call(protocol::Channel& channel, std::string method, json::Value parameters, bool more) {
  const protocol::Call call{.method = std::move(method), .parameters = std::move(parameters), .more = more};
  (void)channel.send(protocol::encode_call(call), soon());
}

Answer receive_answer(protocol::Channel& channel) {
  for (int waiting = 0;; ++waiting) {
    const auto text = channel.receive(soon());
    if (!text) return {.parameters = fail(text.error()), .waiting = waiting};
    if (!*text)
      return {.parameters = fail(ErrorCode::Cancelled, "the worker closed the connection"), .waiting = waiting};
    auto reply = protocol::parse_reply(**text);
    if (!reply) return {.parameters = fail(std::move(reply.error())), .waiting = waiting};
    if (reply->error) return {.parameters = fail(protocol::error_from_reply(*reply)), .waiting = waiting};
    if (!reply->continues) return {.parameters = std::move(reply->parameters), .waiting = waiting};
  }
}

Result<json::Value> call(protocol::Channel& channel, std::string method, json::Value parameters) {
  send_call(channel, std::move(method), std::move(parameters));
  return receive_answer(channel).parameters;
}

Result<std::vector<protocol::TokenKey>> keys_of(protocol::Channel& channel) {
  auto reply = call(channel, "org.signet.Token.Keys");
  if (!reply) return fail(std::move(reply.error()));
  auto keys = protocol::parse_token_keys_reply(*reply);
  if (!keys) return fail(std::move(keys.error()));
  return std::move(keys->keys);
}

Result<Bytes> sign(protocol::Channel& channel, const protocol::TokenKey& key,
                   const std::variant<Digest, protocol::TokenMessage>& input, std::chrono::milliseconds deadline) {
  const protocol::TokenSignRequest request{
      .id = key.id, .public_key = key.public_key, .input = input, .deadline = deadline};
  auto reply = call(channel, "org.signet.Token.Sign", request.encode());
  if (!reply) return fail(std::move(reply.error()));
  auto parsed = protocol::parse_token_sign_reply(*reply);
  if (!parsed) return fail(std::move(parsed.error()));
  return parsed->signature.value_or(Bytes());
}

bool verifies(ByteView spki, const Digest& digest, ByteView signature) {
  const std::uint8_t* der = spki.data();
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      d2i_PUBKEY(nullptr, &der, static_cast<long>(spki.size())), &EVP_PKEY_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(EVP_PKEY_CTX_new(key.get(), nullptr),
                                                                            &EVP_PKEY_CTX_free);
  const EVP_MD* hash = EVP_get_digestbyname(std::string(hash_name(digest.algorithm())).c_str());
  return key && context && EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_CTX_set_signature_md(context.get(), hash) == 1 &&
         EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.bytes().data(),
                         digest.bytes().size()) == 1;
}

bool verifies(ByteView spki, const protocol::TokenMessage& message, ByteView signature) {
  const std::uint8_t* der = spki.data();
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      d2i_PUBKEY(nullptr, &der, static_cast<long>(spki.size())), &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.bytes.data(),
                          message.bytes.size()) == 1;
}

Digest digest_of(std::string_view text, HashAlgorithm algorithm) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  const EVP_MD* md = EVP_get_digestbyname(std::string(hash_name(algorithm)).c_str());
  if (EVP_Digest(text.data(), text.size(), hash.data(), &size, md, nullptr) != 1) give_up("EVP_Digest");
  return Digest::make(algorithm, ByteView(hash).first(size)).value();
}

}  // namespace signet::test
