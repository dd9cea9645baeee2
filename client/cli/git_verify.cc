// What git is told about a signature. Called by signet-git with the object on standard input.
#include "client/cli/trust.h"
#include "client/cli/verbs.h"
#include "client/cli/verdict_report.h"
#include "client/lib/explain.h"
#include "client/lib/gnupg_status.h"
#include "client/lib/standard_input.h"
#include "common/display.h"
#include "common/file.h"
#include "common/hex.h"
#include "common/time.h"
#include "sigstore/git/cms.h"

namespace signet::cli {
namespace {

using client::GnupgStatus;
using sigstore::RefusalCode;

// Objects of other tools' making are verified too, so the bound is wider than what the agent signs.
constexpr std::size_t kMaxObject = std::size_t{64} * 1024 * 1024;
constexpr std::size_t kMaxSignature = std::size_t{1} * 1024 * 1024;

constexpr Flag kFlags[] = {
    {.name = "status-fd", .value = "N", .text = "write status lines for git to this descriptor"}};

// "The signature is wrong" and "this verifier cannot tell" are two answers.
bool cannot_tell(RefusalCode code) {
  return code == RefusalCode::BundleUnsupported || code == RefusalCode::LogEntryUnsupported ||
         code == RefusalCode::SignatureMalformed || code == RefusalCode::CaUntrusted ||
         code == RefusalCode::LogUnknown || code == RefusalCode::PolicyMissing || code == RefusalCode::LogEntryMissing;
}

std::string day_of(WallTime time) { return encode_rfc3339(time).substr(0, 10); }

// What a signature says of itself, which GnuPG's lines name of a bad one, too. Nothing of it is believed.
struct Claims {
  std::string key = "0000000000000000";  // of a signature that cannot be read: no key, as GnuPG writes it
  std::string algorithms = "0 0";        // OpenPGP has no algorithm with that number
  std::int64_t time = 0;
};

// The hash is the signature's: gitsign signs with SHA-256 whatever the key is.
Claims read_claims(const std::string& signature) {
  const auto cms = sigstore::parse_git_cms(signature);
  if (!cms) return {};
  const sigstore::PublicKey& key = cms->leaf.public_key();
  return {.key = encode_hex(key.fingerprint()),
          .algorithms = std::to_string(client::gnupg_key_algorithm(sigstore::key_kind_name(key.kind()))) + " " +
                        std::to_string(client::gnupg_hash_algorithm(cms->hash)),
          .time = unix_seconds(cms->signing_time)};
}

// GnuPG's class of a signature over bytes as they are (RFC 9580 §5.2.1).
constexpr std::string_view kBinary = "00";

Result<void> report_good(const GnupgStatus& status, const sigstore::VerifiedBundle& bundle, const Claims& claims) {
  const std::string key = encode_hex(bundle.certificate().public_key().fingerprint());
  const WallTime time = bundle.times().empty() ? WallTime{} : bundle.times().front().time;
  // The user id is never empty: git would take the line behind for a part of it, and with it the trust.
  if (auto good = status.line("GOODSIG " + key + " " + client::escape_user_id(bundle.san())); !good) return good;
  // It has no end; a version, which git does not read; a field that is reserved.
  constexpr std::string_view kNoEnd = " 0 3 0 ";
  // Its last field, the primary key's fingerprint, is what git shows as %GP.
  auto valid = status.line("VALIDSIG " + key + " " + day_of(time) + " " + std::to_string(unix_seconds(time)) +
                           std::string(kNoEnd) + claims.algorithms + " " + std::string(kBinary) + " " + key);
  if (!valid) return valid;
  return status.line(bundle.identity_was_expected() ? "TRUST_FULLY 0 shell" : "TRUST_UNDEFINED 0 shell");
}

// That it cannot be told: of GnuPG's two reasons, "no key" is the one that fits.
Result<void> report_undecided(const GnupgStatus& status, const Claims& claims) {
  constexpr std::string_view kNoKey = "9";
  return status.line("ERRSIG " + claims.key + " " + claims.algorithms + " " + std::string(kBinary) + " " +
                     std::to_string(claims.time) + " " + std::string(kNoKey));
}

// In the place of a user id, which git shows as %GS, stands why it is bad: a certificate that did not verify may name
// anybody.
Result<void> report_bad(const GnupgStatus& status, RefusalCode code, const Claims& claims) {
  if (cannot_tell(code)) return report_undecided(status, claims);
  return status.line("BADSIG " + claims.key + " " + std::string(sigstore::refusal_name(code)));
}

std::string good_text(const Judged& judged) {
  const sigstore::VerifiedBundle& bundle = *judged.verdict;
  std::string text = "signet: good signature from " + display_text(bundle.san()) + " (" +
                     display_text(bundle.issuer()) + ")\n" + verdict_text("git object", judged);
  if (bundle.identity_was_expected()) return text;
  return text +
         "signet: nobody said whether this signer is expected: [verify] allowed is empty\n"
         "  next: if it is, add { san, issuer, instance } to [verify] allowed\n";
}

struct Given {
  Bytes object;
  std::string signature;
};

Result<Given> read_given(const std::string& file) {
  auto object = client::read_standard_input(kMaxObject);
  if (!object) return fail(std::move(object.error()).during("reading the git object"));
  auto signature = read_file(file, kMaxSignature);
  if (!signature) return fail(std::move(signature.error()));
  return Given{.object = std::move(*object), .signature = std::move(*signature)};
}

Result<Judged> verify(const Given& given) {
  auto wish = trust_wish(Arguments());
  if (!wish) return fail(std::move(wish.error()));
  wish->may_expect_nobody = true;
  const auto choices = choose_trust(*wish);
  if (!choices) return fail(choices.error());
  show_warnings(*choices);
  return judge(*choices, [&](const TrustChoice& choice) {
    return sigstore::examine_git_signature(given.object, given.signature, choice.root, choice.policy);
  });
}

Result<int> tell(const GnupgStatus& status, const Judged& judged, const Claims& claims) {
  if (!judged.verdict) {
    client::write_stderr(verdict_text("git object", judged));
    if (auto told = report_bad(status, judged.verdict.error().code, claims); !told)
      return fail(std::move(told.error()));
    return 1;
  }
  client::write_stderr(good_text(judged));
  if (auto told = report_good(status, *judged.verdict, claims); !told) return fail(std::move(told.error()));
  return 0;
}

Result<int> run(const Arguments& arguments, const Output&) {
  if (arguments.operands().size() != 1) {
    return fail(ErrorCode::InvalidRequest, "signet git-verify needs one file with a signature",
                "git calls this by itself: git verify-commit HEAD");
  }
  GnupgStatus status;
  if (const auto number = arguments.text("status-fd")) {
    const auto fd = client::parse_status_fd(*number);
    if (!fd) return fail(fd.error());
    status = GnupgStatus(*fd);
  }
  // First, because git looks for a line end before GOODSIG.
  if (auto begun = status.line("NEWSIG"); !begun) return fail(std::move(begun.error()));
  const auto given = read_given(arguments.operands()[0]);
  const auto judged = given ? verify(*given) : Result<Judged>(fail(given.error()));
  const Claims claims = given ? read_claims(given->signature) : Claims();
  if (judged) return tell(status, *judged, claims);
  if (auto told = report_undecided(status, claims); !told) return fail(std::move(told.error()));
  return fail(judged.error());
}

}  // namespace

const Verb kGitVerify{
    .name = "git-verify",
    .summary = "",
    .operands = "SIGNATURE",
    .help =
        "Verifies a git signature over the object on standard input and tells git about it. signet-git hands\n"
        "over to this verb; call git verify-commit or git verify-tag.\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
