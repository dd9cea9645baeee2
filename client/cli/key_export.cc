#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/exported_key.h"
#include "client/cli/output.h"
#include "client/cli/verbs.h"
#include "common/display.h"
#include "ssh/allowed_signers.h"
#include "ssh/key.h"

namespace signet::cli {
namespace {

constexpr Flag kFlags[] = {
    {.name = "ssh", .value = "", .text = "as a line of authorized_keys or a .pub file"},
    {.name = "pem", .value = "", .text = "as SubjectPublicKeyInfo in PEM"},
    {.name = "allowed-signers", .value = "", .text = "as a line of the allowed_signers file of git and ssh-keygen"},
    {.name = "key",
     .value = "KEY",
     .text = "a key on a token by its fingerprint or PKCS#11 URI (in quotation marks), instead of an identity's"},
    {.name = "principal",
     .value = "NAME",
     .text = "with --allowed-signers: who signs, instead of the identity's SAN",
     .repeats = true},
    {.name = "namespaces",
     .value = "LIST",
     .text = "with --allowed-signers: what for, with commas (default git,file; \"\": everything)"},
    {.name = "valid-after", .value = "TIME", .text = "with --allowed-signers: signatures count from then on"},
    {.name = "valid-before", .value = "TIME", .text = "with --allowed-signers: signatures count until then"}};

constexpr std::array<std::string_view, 3> kForms = {"ssh", "pem", "allowed-signers"};
constexpr std::array<std::string_view, 4> kSignerFlags = {"principal", "namespaces", "valid-after", "valid-before"};

Result<std::string_view> form_of(const Arguments& arguments) {
  std::optional<std::string_view> chosen;
  for (const std::string_view form : kForms) {
    if (!arguments.has(form)) continue;
    if (chosen) {
      return fail(ErrorCode::InvalidRequest,
                  "--" + std::string(*chosen) + " and --" + std::string(form) + " exclude each other");
    }
    chosen = form;
  }
  if (!chosen) {
    return fail(ErrorCode::InvalidRequest, "signet key export needs to know the form",
                "say --ssh, --pem or --allowed-signers");
  }
  for (const std::string_view flag : kSignerFlags) {
    if (!arguments.has(flag) || *chosen == "allowed-signers") continue;
    return fail(ErrorCode::InvalidRequest, "--" + std::string(flag) + " goes with --allowed-signers alone");
  }
  return *chosen;
}

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> words;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    words.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return words;
}

// A SAN stands for itself: in an allowed_signers file "*" and "?" would stand for others, too.
Result<std::vector<std::string>> principals_of(const Arguments& arguments, const ExportedKey& exported) {
  if (arguments.has("principal")) return arguments.all("principal");
  if (exported.sans.empty()) {
    return fail(ErrorCode::InvalidRequest, "no identity with a SAN uses this key, so nobody is known who signs with it",
                "say who: --principal NAME");
  }
  for (const std::string& san : exported.sans) {
    if (!ssh::is_principal_pattern(san)) continue;
    return fail(ErrorCode::InvalidRequest,
                "the identity's SAN " + quoted_text(san) + " would stand for others, too, in an allowed_signers file",
                "say who signs: --principal NAME");
  }
  return exported.sans;
}

Result<std::optional<std::string>> time_of(const Arguments& arguments, std::string_view flag) {
  const auto text = arguments.text(flag);
  if (!text) return std::optional<std::string>();
  auto time = ssh::allowed_signers_time(*text);
  if (!time) return fail(std::move(time.error()).during("reading --" + std::string(flag)));
  return std::optional(std::move(*time));
}

Result<std::string> allowed_signers_line(const Arguments& arguments, const ExportedKey& exported) {
  auto principals = principals_of(arguments, exported);
  if (!principals) return fail(std::move(principals.error()));
  auto after = time_of(arguments, "valid-after");
  if (!after) return fail(std::move(after.error()));
  auto before = time_of(arguments, "valid-before");
  if (!before) return fail(std::move(before.error()));
  return ssh::encode_allowed_signer({.principals = std::move(*principals),
                                     .namespaces = words_of(arguments.text("namespaces").value_or("git,file")),
                                     .valid_after = std::move(*after),
                                     .valid_before = std::move(*before),
                                     .key = exported.key});
}

Result<std::string> text_in(std::string_view form, const Arguments& arguments, const ExportedKey& exported) {
  if (form == "pem") return exported.key.pem();
  if (form == "allowed-signers") {
    auto line = allowed_signers_line(arguments, exported);
    return line ? Result<std::string>(*line + "\n") : line;
  }
  std::string comment = exported.name;
  for (const std::string& san : exported.sans) comment += " " + san;
  return ssh::encode_key_line(exported.key, comment) + "\n";
}

Result<ExportedKey> exported_key(const Arguments& arguments) {
  const auto& operands = arguments.operands();
  const auto which = arguments.text("key");
  if (operands.size() > 1 || (which && !operands.empty())) {
    return fail(ErrorCode::InvalidRequest, "signet key export takes one identity, or --key",
                "for example: signet key export --ssh work");
  }
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  if (which) return key_on_token(*agent, *which);
  return key_of_identity(*agent, operands.empty() ? std::nullopt : std::optional(operands.front()));
}

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto form = form_of(arguments);
  if (!form) return fail(form.error());
  const auto exported = exported_key(arguments);
  if (!exported) return fail(exported.error());
  auto text = text_in(*form, arguments, *exported);
  if (!text) return fail(std::move(text.error()));
  output.text(*text);
  output.object("signet.key-export/1", {{"form", std::string(*form)},
                                        {"text", *text},
                                        {"name", exported->name},
                                        {"algorithm", std::string(sigstore::key_kind_name(exported->key.kind()))},
                                        {"fingerprint", exported->key.pin()},
                                        {"ssh_fingerprint", ssh::key_fingerprint(exported->key)}});
  return 0;
}

}  // namespace

const Verb kKeyExport{
    .name = "key export",
    .summary = "write a public key for SSH, git or other programs",
    .operands = "[IDENTITY]",
    .help =
        "Writes the public key of an identity (without a name: of the one that signs where none is named), or with\n"
        "--key of any key on a token, to standard output. The private key never leaves its token. The agent answers\n"
        "from memory: it asks for no PIN, and not behind a touch that is awaited.\n\n"
        "  signet key export --ssh >> ~/.ssh/authorized_keys        to log in with it\n"
        "  signet key export --ssh work > ~/.ssh/work.pub           for user.signingKey of git and IdentityFile of "
        "ssh\n"
        "  signet key export --allowed-signers >> allowed_signers   so that git verify-commit knows whose it is\n"
        "  signet key export --allowed-signers --valid-before 20270101Z work\n"
        "  signet key export --pem --key 'pkcs11:token=desk;id=%01'\n\n"
        "TIME is YYYYMMDD[HHMM[SS]] in the local time of whoever verifies, the same with a Z behind it in UTC "
        "(OpenSSH\n"
        "since 9.1), or RFC 3339, which is written as the latter. git verifies SSH signatures at the time that the\n"
        "commit claims: a window limits honest signers, and a stolen key says whatever time it likes.\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
