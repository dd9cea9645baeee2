// The signing flow: one item, from an approval to a signature that was checked, or to an error.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "agent/approval/approval.h"
#include "agent/audit/audit_log.h"
#include "agent/flow/certificates.h"
#include "agent/flow/key_in_hand.h"
#include "agent/flow/report.h"
#include "agent/flow/request_places.h"
#include "agent/policy/item.h"
#include "agent/store/instances.h"
#include "agent/tokens/tokens.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "protocol/agent_messages.h"
#include "sigstore/services/transport.h"
#include "sigstore/sign/draft.h"

namespace signet::agent {

/// What one request wants of the flow besides its items.
struct SigningOrder {
  Approval approval;
  protocol::Output output = protocol::Output::Bundle;
  Deadline deadline;
  /// Called when the token's part in an item is over: the next one may ask the token. May be empty.
  std::function<void()> on_signed{};
};

class SigningFlow {
 public:
  struct Parts {
    boost::asio::any_io_executor executor;
    RequestPlaces& places;
    AuditLog& audit;
    Tokens& tokens;
    Certificates& certificates;
    Instances& instances;
    sigstore::HttpTransport& transport;
    const Clock& clock;
  };
  explicit SigningFlow(Parts parts) : parts_(std::move(parts)) {}

  /// Signs one item, when one of the user's places is free: a line in the audit log before anything is asked for, a
  /// line before anything is handed out, and between them everything that can fail.
  ///
  /// @param index   the item's place in its request
  /// @param report  may be empty
  /// @return  bundle, cms or raw, checked (D2), with who signed and where it is logged
  /// @error   any but Bug; nothing of the signature is handed out then
  Awaitable<Result<protocol::ItemResult>> sign(const SigningOrder& order, Item item, std::int64_t index, Report report);

  /// Signatures handed out since the start.
  [[nodiscard]] std::int64_t handed_out() const { return handed_out_; }

 private:
  /// With the first of the identity's keys whose token is there.
  Awaitable<Result<protocol::ItemResult>> make(const SigningOrder& order, const Intent& intent, Item item,
                                               const Report& report);
  Awaitable<Result<protocol::ItemResult>> make_with(const SigningOrder& order, const Intent& intent,
                                                    const config::IdentityKey& meant, Item item, const Report& report);
  Awaitable<Result<protocol::ItemResult>> make_certified(const SigningOrder& order, const Intent& intent, Item item,
                                                         const KeyInHand& key, const Report& report);
  Awaitable<Result<sigstore::VerifiedCertificate>> certify(const SigningOrder& order, const KeyInHand& key,
                                                           std::shared_ptr<const Instance> instance,
                                                           const std::string& ca, const Report& report);
  Awaitable<Result<sigstore::SignedDraft>> sign_draft(const SigningOrder& order, const Intent& intent,
                                                      const KeyInHand& key, sigstore::Draft draft,
                                                      const std::string& what, const Report& report, bool second_touch);

  Parts parts_;
  std::int64_t handed_out_ = 0;
};

}  // namespace signet::agent
