#include "sigstore/trust/trusted_root.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/hex.h"
#include "json/fields.h"
#include "json/reader.h"

namespace signet::sigstore {
namespace {

using json::Fields;
using json::UnknownFields;

// The first is deployed; the other two are named by the schema.
constexpr std::array<std::string_view, 3> kMediaTypes = {"application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                                                         "application/vnd.dev.sigstore.trustedroot.v0.1+json",
                                                         "application/vnd.dev.sigstore.trustedroot.v0.2+json"};

// PublicKeyDetails that a log's key may have here, and what the key must then be. RSA of the deprecated forms has no
// size in its name.
struct DetailsRow {
  std::string_view name;
  std::string_view kinds;  // key_kind_name(), or the beginning of several
  bool pkcs1;
};
constexpr std::array<DetailsRow, 9> kDetails = {{{"PKIX_ECDSA_P256_SHA_256", "p256", false},
                                                 {"PKIX_ECDSA_P384_SHA_384", "p384", false},
                                                 {"PKIX_ECDSA_P521_SHA_512", "p521", false},
                                                 {"PKIX_ED25519", "ed25519", false},
                                                 {"PKIX_RSA_PKCS1V15_2048_SHA256", "rsa2048", false},
                                                 {"PKIX_RSA_PKCS1V15_3072_SHA256", "rsa3072", false},
                                                 {"PKIX_RSA_PKCS1V15_4096_SHA256", "rsa4096", false},
                                                 {"PKIX_RSA_PKCS1V5", "rsa", false},
                                                 {"PKCS1_RSA_PKCS1V5", "rsa", true}}};

constexpr std::string_view kTreeHash = "SHA2_256";

enum class LogKind : std::uint8_t { Entries, CertificateTransparency };

std::unexpected<Error> left_out() { return fail(ErrorCode::KeyUnsuitable, "of a kind that is unknown here"); }

Result<PublicKey> parse_key(std::string_view details, ByteView bytes, const std::string& where) {
  const auto* row = std::ranges::find(kDetails, details, &DetailsRow::name);
  if (row == kDetails.end()) return left_out();
  auto key = row->pkcs1 ? PublicKey::from_pkcs1(bytes) : PublicKey::from_spki(bytes);
  if (!key) return fail(std::move(key.error()).during("reading " + where));
  if (!key_kind_name(key->kind()).starts_with(row->kinds)) {
    return fail(ErrorCode::InvalidRequest, where + ": the key is not of the kind that its keyDetails name");
  }
  return std::move(*key);
}

struct DatedKey {
  PublicKey key;
  TimeRange valid_for;
};

Result<DatedKey> parse_dated_key(const json::Value& value, const std::string& where) {
  Fields fields(value, where, UnknownFields::Tolerate);
  const Bytes bytes = fields.bytes("rawBytes");
  const std::string details = fields.text("keyDetails");
  auto valid_for = parse_time_range(fields.optional_value("validFor"), where, StartIs::Mandatory);
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  if (!valid_for) return fail(std::move(valid_for.error()));
  auto key = parse_key(details, bytes, where);
  if (!key) return fail(std::move(key.error()));
  return DatedKey{std::move(*key), *valid_for};
}

// A log id is computed from the key, so a file in which the two do not fit is not what its maker meant.
bool id_fits_key(const TransparencyLog& log, LogKind kind) {
  if (equal(log.log_id, log.key.fingerprint())) return log.key.kind() != KeyKind::Ed25519;
  return kind == LogKind::Entries && equal(log.log_id, checkpoint_key_id(log.name(), log.key));
}

Result<TransparencyLog> parse_log(const json::Value& value, const std::string& where, LogKind kind) {
  Fields fields(value, where, UnknownFields::Tolerate);
  std::string base_url = fields.text("baseUrl");
  if (base_url.empty()) fields.refuse("baseUrl", "is empty");
  const std::string tree_hash = fields.text("hashAlgorithm");
  std::string operated_by = fields.optional_text("operator").value_or("");
  auto key = parse_dated_key(fields.value("publicKey"), where + ".publicKey");
  Fields log_id(fields.value("logId"), where + ".logId", UnknownFields::Tolerate);
  Bytes id = log_id.bytes("keyId");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  if (auto done = log_id.finish(); !done) return fail(std::move(done.error()));
  if (!key) return fail(std::move(key.error()));
  if (tree_hash != kTreeHash) return left_out();
  TransparencyLog log{std::move(base_url), std::move(key->key), std::move(id), key->valid_for, std::move(operated_by)};
  if (!id_fits_key(log, kind)) {
    return fail(ErrorCode::InvalidRequest, where + ": member \"logId\" is not the id of the key beside it");
  }
  return log;
}

Result<std::vector<Certificate>> parse_chain(const json::Value& value, const std::string& where) {
  Fields fields(value, where, UnknownFields::Tolerate);
  std::vector<Certificate> chain;
  for (const json::Value& item : fields.array("certificates")) {
    Fields entry(item, where + ".certificates", UnknownFields::Tolerate);
    const Bytes der = entry.bytes("rawBytes");
    if (auto done = entry.finish(); !done) return fail(std::move(done.error()));
    auto certificate = Certificate::from_der(der);
    if (!certificate) return fail(std::move(certificate.error()).during("reading " + where));
    chain.push_back(std::move(*certificate));
  }
  if (chain.empty()) fields.refuse("certificates", "is empty: an authority without a certificate");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return chain;
}

Result<CertificateAuthority> parse_authority(const json::Value& value, const std::string& where) {
  Fields fields(value, where, UnknownFields::Tolerate);
  CertificateAuthority authority;
  authority.uri = fields.optional_text("uri").value_or("");
  authority.operated_by = fields.optional_text("operator").value_or("");
  if (const json::Value* subject = fields.optional_value("subject"); subject != nullptr && authority.uri.empty()) {
    Fields names(*subject, where + ".subject", UnknownFields::Tolerate);
    authority.uri = names.optional_text("commonName").value_or("");
    if (auto done = names.finish(); !done) return fail(std::move(done.error()));
  }
  auto valid_for = parse_time_range(fields.optional_value("validFor"), where, StartIs::Optional);
  auto chain = parse_chain(fields.value("certChain"), where + ".certChain");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  if (!valid_for) return fail(std::move(valid_for.error()));
  if (!chain) return fail(std::move(chain.error()));
  authority.valid_for = *valid_for;
  authority.chain = std::move(*chain);
  return authority;
}

// The list of that name; entries of unknown kinds are left out, so that a new kind of key does not lock old verifiers
// out.
template <typename Entry, typename Parse>
Result<std::vector<Entry>> parse_list(Fields& root, std::string_view name, Parse parse) {
  std::vector<Entry> all;
  std::size_t number = 0;
  for (const json::Value& value : root.optional_array(name)) {
    Result<Entry> entry = parse(value, std::string(name) + "[" + std::to_string(number++) + "]");
    if (entry) {
      all.push_back(std::move(*entry));
    } else if (entry.error().code != ErrorCode::KeyUnsuitable) {
      return fail(std::move(entry.error()).during("reading the trusted root"));
    }
  }
  return all;
}

}  // namespace

std::string TransparencyLog::name_with_port() const {
  std::string_view rest = base_url;
  if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) rest.remove_prefix(scheme + 3);
  return std::string(rest.substr(0, rest.find('/')));
}

std::string TransparencyLog::name() const {
  const std::string authority = name_with_port();
  std::string_view rest = authority;
  // Without the port, as the logs themselves do, and without the brackets of an IPv6 address.
  const bool is_ipv6 = rest.starts_with('[');
  if (is_ipv6) rest.remove_prefix(1);
  return std::string(rest.substr(0, rest.find(is_ipv6 ? ']' : ':')));
}

NoteVerifier TransparencyLog::note_verifier() const {
  NoteVerifier verifier{.name = name(), .key_id = {}, .key = key};
  std::copy_n(log_id.begin(), std::min(log_id.size(), verifier.key_id.size()), verifier.key_id.begin());
  return verifier;
}

std::string TransparencyLog::counted_as() const { return operated_by.empty() ? encode_hex(log_id) : operated_by; }

std::string CertificateAuthority::counted_as() const { return operated_by.empty() ? uri : operated_by; }

Result<TrustedRoot> parse_trusted_root(std::string_view json) {
  const auto document = json::parse(json, json::ReadLimits{.bytes = kMaxTrustedRoot});
  if (!document) return fail(document.error());
  Fields fields(*document, "trusted root", UnknownFields::Tolerate);
  if (std::ranges::find(kMediaTypes, fields.text("mediaType")) == kMediaTypes.end()) {
    fields.refuse("mediaType", "is not that of a trusted root");
  }
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  const auto entry_log = [](const json::Value& value, const std::string& where) {
    return parse_log(value, where, LogKind::Entries);
  };
  const auto ct_log = [](const json::Value& value, const std::string& where) {
    return parse_log(value, where, LogKind::CertificateTransparency);
  };
  auto logs = parse_list<TransparencyLog>(fields, "tlogs", entry_log);
  if (!logs) return fail(std::move(logs.error()));
  auto ct_logs = parse_list<TransparencyLog>(fields, "ctlogs", ct_log);
  if (!ct_logs) return fail(std::move(ct_logs.error()));
  auto authorities = parse_list<CertificateAuthority>(fields, "certificateAuthorities", parse_authority);
  if (!authorities) return fail(std::move(authorities.error()));
  auto timestamps = parse_list<CertificateAuthority>(fields, "timestampAuthorities", parse_authority);
  if (!timestamps) return fail(std::move(timestamps.error()));
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return TrustedRoot{std::move(*logs), std::move(*ct_logs), std::move(*authorities), std::move(*timestamps)};
}

}  // namespace signet::sigstore
