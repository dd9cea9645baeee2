// Every byte of three good bundles, and of what is encoded inside them, changed and left out in turn: each change is
// refused, or leaves a bundle that says the same. Which ones are taken, and why, stands in accepted/.
//
// Under ./run-tests one bit of each byte is turned; tests/long/run turns more of them. Sanitized builds look at every
// 29th byte only: what they are for is how the code reads, not what it answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/hex.h"
#include "sigstore/encoding/signed_note.h"
#include "sigstore/verify/timestamp.h"
#include "sigstore/verify/timestamp_token.h"
#include "sigstore/verify/verifier.h"
#include "tests/conformance/accepted_changes.h"
#include "tests/support/conformance_assets.h"
#include "tests/support/length.h"
#include "tests/support/sanitized.h"

namespace signet::sigstore {
namespace {

using test::AcceptedChanges;
using test::ConformanceCase;

constexpr std::size_t kStride = test::kSanitized ? 29 : 1;

// --- what a bundle says

// A token without the certificates that it carries: nobody signed them, and nobody looks at them.
std::string text_of_timestamp(ByteView response) {
  const auto outer = timestamp_token(response);
  if (!outer) return "none";
  const auto token = parse_timestamp_token(*outer);
  if (!token) return "none";
  std::string text = encode_hex(token->content) + "\n" + encode_hex(token->signer) + "\n" +
                     encode_hex(token->attributes) + "\n" + encode_hex(token->content_digest.bytes()) + "\n" +
                     encode_hex(token->signature_algorithm) + "\n" + encode_hex(token->signature) + "\n";
  for (const SignerHash& each : token->signer_hashes) text += encode_hex(each.value) + "\n";
  return text;
}

// Equal texts: the verifier reads the same of both.
std::string text_of_bundle(Bundle bundle) {
  std::string text;
  for (const Bytes& timestamp : bundle.timestamps) text += text_of_timestamp(timestamp);
  bundle.timestamps.clear();
  return bundle.media_type + "\n" + encode_bundle(bundle) + "\n" + text;
}

// --- what is encoded in a bundle

struct Part {
  std::string_view name;
  std::function<Bytes(const Bundle&)> read;
  std::function<void(Bundle&, const Bytes&)> write;
};

template <typename Member>
Part part(std::string_view name, Member member) {
  return {.name = name,
          .read = [member](const Bundle& bundle) { return member(const_cast<Bundle&>(bundle)); },
          .write = [member](Bundle& bundle, const Bytes& bytes) { member(bundle) = bytes; }};
}

std::vector<Part> parts_of(const Bundle& bundle) {
  std::vector<Part> parts = {
      part("certificate", [](Bundle& each) -> Bytes& { return each.certificate; }),
      part("log-id", [](Bundle& each) -> Bytes& { return each.entries.front().log_id; }),
      part("body", [](Bundle& each) -> Bytes& { return each.entries.front().canonicalized_body; }),
      {.name = "checkpoint",
       .read = [](const Bundle& each) { return to_bytes(each.entries.front().proof->checkpoint); },
       .write = [](Bundle& each,
                   const Bytes& bytes) { each.entries.front().proof->checkpoint = std::string(text_of(bytes)); }},
  };
  if (!bundle.entries.front().inclusion_promise.empty()) {
    parts.push_back(part("promise", [](Bundle& each) -> Bytes& { return each.entries.front().inclusion_promise; }));
  }
  if (!bundle.timestamps.empty()) {
    parts.push_back(part("timestamp", [](Bundle& each) -> Bytes& { return each.timestamps.front(); }));
  }
  if (std::holds_alternative<DsseEnvelope>(bundle.content)) {
    parts.push_back(
        part("payload", [](Bundle& each) -> Bytes& { return std::get<DsseEnvelope>(each.content).payload; }));
    parts.push_back(
        part("signature", [](Bundle& each) -> Bytes& { return std::get<DsseEnvelope>(each.content).signature; }));
  } else {
    parts.push_back(
        part("signature", [](Bundle& each) -> Bytes& { return std::get<MessageSignature>(each.content).signature; }));
  }
  return parts;
}

// --- changes

struct Kind {
  std::string_view name;
  std::uint8_t bits = 0;  // 0: the byte is left out
  bool always = true;
};

// The lowest bit, the one between the cases of a letter, the one beyond ASCII.
constexpr std::array<Kind, 4> kKinds = {{{.name = "left-out"},
                                         {.name = "bit-0", .bits = 0x01},
                                         {.name = "bit-5", .bits = 0x20, .always = false},
                                         {.name = "bit-7", .bits = 0x80, .always = false}}};

Bytes changed(const Bytes& original, std::size_t position, const Kind& kind) {
  Bytes bytes = original;
  const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(position);
  if (kind.bits == 0) {
    bytes.erase(at);
  } else {
    *at ^= kind.bits;
  }
  return bytes;
}

bool is_looked_at(const Kind& kind, std::size_t position) {
  return (kind.always || test::runs_in_full()) && position % kStride == 0;
}

class Subject {
 public:
  explicit Subject(const ConformanceCase& subject)
      : bundle_(test::bundle_of(subject)),
        said_(text_of_bundle(bundle_)),
        artifact_{.digests = {parse_digest("sha256:" + subject.artifact_sha256).value()}},
        root_(test::trusted_root_of(subject)),
        policy_(IdentityPolicy::any_of({{.san = subject.san, .issuer = subject.issuer}}).value()) {}

  [[nodiscard]] const Bundle& bundle() const { return bundle_; }
  [[nodiscard]] bool takes(std::string_view json) const {
    return verify_bundle(json, artifact_, root_, policy_).has_value();
  }
  [[nodiscard]] bool says_the_same(std::string_view json) const {
    const auto bundle = parse_bundle(json);
    return bundle && text_of_bundle(*bundle) == said_;
  }

  // Tries each change of `bytes`; `json_with` makes a bundle of what became of them.
  void try_all(std::string_view part, const Bytes& bytes, const std::function<std::string(const Bytes&)>& json_with,
               AcceptedChanges& taken) const {
    for (const Kind& kind : kKinds) {
      for (std::size_t position = 0; position < bytes.size(); ++position) {
        if (!is_looked_at(kind, position)) continue;
        const std::string json = json_with(changed(bytes, position, kind));
        if (!takes(json)) continue;
        taken.insert({.part = std::string(part), .kind = std::string(kind.name), .position = position});
        EXPECT_TRUE(says_the_same(json)) << part << " " << kind.name << " " << position
                                         << " says something else, and is taken";
      }
    }
  }

 private:
  Bundle bundle_;
  std::string said_;
  Artifact artifact_;
  TrustedRoot root_;
  IdentityPolicy policy_;
};

// What the list has of the changes that this run looks at.
AcceptedChanges looked_at(const AcceptedChanges& listed) {
  AcceptedChanges some;
  for (const auto& change : listed) {
    const auto kind = std::ranges::find(kKinds, std::string_view(change.kind), &Kind::name);
    if (kind != kKinds.end() && is_looked_at(*kind, change.position)) some.insert(change);
  }
  return some;
}

void expect_listed(const std::string& name, const AcceptedChanges& taken) {
  const char* accept = std::getenv("SIGNET_ACCEPT_GOLDEN");
  if (accept != nullptr && std::string_view(accept) == "1") {
    ASSERT_TRUE(test::runs_in_full() && !test::kSanitized) << "a list is made of all changes: SIGNET_LONG=1";
    test::write_accepted_changes(name, taken);
  }
  const test::AcceptedList listed = test::read_accepted_changes(name);
  EXPECT_EQ(listed.without_reason, "");
  EXPECT_EQ(test::lines_of(taken), test::lines_of(looked_at(listed.changes)));
}

class ByteChanges : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  }
};

TEST_P(ByteChanges, OfItsTextAreRefusedOrSayTheSame) {
  const ConformanceCase original = test::conformance_case(GetParam());
  const Subject subject(original);
  ASSERT_TRUE(subject.takes(original.bundle));
  AcceptedChanges taken;
  subject.try_all(
      "json", to_bytes(original.bundle), [](const Bytes& bytes) { return std::string(text_of(bytes)); }, taken);
  expect_listed(original.name + ".json", taken);
}

TEST_P(ByteChanges, OfWhatIsEncodedInItAreRefusedOrSayTheSame) {
  const ConformanceCase original = test::conformance_case(GetParam());
  const Subject subject(original);
  ASSERT_TRUE(subject.takes(encode_bundle(subject.bundle())));
  AcceptedChanges taken;
  for (const Part& part : parts_of(subject.bundle())) {
    const auto json_with = [&](const Bytes& bytes) {
      Bundle bundle = subject.bundle();
      part.write(bundle, bytes);
      return encode_bundle(bundle);
    };
    subject.try_all(part.name, part.read(subject.bundle()), json_with, taken);
  }
  expect_listed(original.name + ".parts", taken);
}

std::string name_of(const testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  std::ranges::replace_if(name, [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

// Each kind of log entry, and both sources of time.
INSTANTIATE_TEST_SUITE_P(Suite, ByteChanges,
                         testing::Values("happy-path-v0.3-new-mediaType", "happy-path-intoto-in-dsse-v3",
                                         "rekor2-timestamp-with-embedded-cert"),
                         name_of);

}  // namespace
}  // namespace signet::sigstore
