#include <algorithm>
#include <chrono>
#include <string>
#include <system_error>

#include "client/cli/configuration_edit.h"
#include "client/cli/trust_sources.h"
#include "client/cli/verbs.h"
#include "common/display.h"
#include "common/file.h"
#include "sigstore/tuf/trusted_set.h"

namespace signet::cli {
namespace {

/// Nobody who changes a configuration waits for anything.
constexpr std::chrono::seconds kLockTime{10};
constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_-";

constexpr Flag kFlags[] = {
    {.name = "url", .value = "URL", .text = "the base URL of the instance's TUF repository"},
    {.name = "root", .value = "FILE", .text = "its root.json, of any version, from somebody whom you trust"}};

struct Wish {
  std::string name;
  std::string url;
  std::string root;  ///< the text of root.json
};

// What stands in quotes in TOML, without a thought about escapes.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

Result<Wish> read_wish(const Arguments& arguments) {
  const auto url = arguments.text("url");
  const auto root = arguments.text("root");
  if (arguments.operands().size() != 1 || !url || !root) {
    return fail(ErrorCode::InvalidRequest, "signet trust add takes a NAME, --url and --root",
                "signet trust add NAME --url URL --root FILE");
  }
  Wish wish{.name = arguments.operands().front(), .url = *url, .root = {}};
  if (wish.name.empty() || wish.name.find_first_not_of(kNameCharacters) != std::string::npos) {
    return fail(ErrorCode::InvalidRequest, "no instance can have the name " + display_text(wish.name, 60),
                "use a-z, 0-9, _ and -");
  }
  if (config::is_shipped_instance(wish.name)) {
    return fail(ErrorCode::InvalidRequest, wish.name + " is an instance that signet ships",
                "choose another name, or use it: signet trust init " + wish.name);
  }
  if (!is_plain(wish.url)) return fail(ErrorCode::InvalidRequest, display_text(wish.url) + " is no URL");
  auto text = read_file(*root, sigstore::tuf::kMaxRoot);
  if (!text) return fail(std::move(text.error()));
  if (const auto trusted = sigstore::tuf::TrustedSet::begin(*text, std::nullopt); !trusted) {
    Error error = trusted.error();
    error.remedy = "--root names the root.json of a TUF repository";
    return fail(std::move(error).during("reading " + display_text(*root)));
  }
  wish.root = std::move(*text);
  return wish;
}

// True where it was not there before.
Result<bool> write_root(const std::filesystem::path& file, const std::string& text) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    if (auto done = write_file_atomic(file, text, 0600); !done) return fail(std::move(done.error()));
    return true;
  }
  const auto there = read_file(file, sigstore::tuf::kMaxRoot);
  if (there && *there == text) return false;
  return fail(ErrorCode::InvalidRequest, display_text(file.native()) + " is there and holds something else",
              "look what it is, and move it away or choose another name");
}

// The old text and the table at its end; checked as a whole before it replaces the old one.
Result<std::string> with_table(std::string text, const std::filesystem::path& path, const std::string& table) {
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  if (!text.empty()) text += '\n';
  text += table;
  if (const auto whole = config::parse_configuration(text, path); !whole) return fail(whole.error());
  return text;
}

struct Added {
  std::filesystem::path configuration;
  std::filesystem::path root;
  std::string table;
};

// The root lies where the configuration looks for it: beside the path at which that is found, not behind its links.
Result<Added> add(const Wish& wish) {
  const auto configuration = read_own_configuration();
  if (!configuration) return fail(configuration.error());
  const std::filesystem::path& path = configuration->path;
  const auto edit = ConfigurationEdit::begin(path, Deadline::after(kLockTime));
  if (!edit) return fail(edit.error());
  const auto old = config::parse_configuration(edit->text(), path);
  if (!old) return fail(old.error());
  if (old->instances.contains(wish.name)) {
    return fail(ErrorCode::InvalidRequest, "there is an instance " + wish.name + " in " + display_text(path.native()),
                "choose another name, or change that one by hand");
  }
  const std::string root_name = wish.name + ".root.json";
  Added added{
      .configuration = path,
      .root = path.parent_path() / root_name,
      .table = "[instance." + wish.name + "]\ntuf = { url = \"" + wish.url + "\", root = \"" + root_name + "\" }\n"};
  const auto text = with_table(edit->text(), path, added.table);
  if (!text) return fail(text.error());
  const auto is_new = write_root(added.root, wish.root);
  if (!is_new) return fail(is_new.error());
  if (auto done = edit->replace(*text); !done) {
    std::error_code ignored;
    if (*is_new) std::filesystem::remove(added.root, ignored);
    return fail(std::move(done.error()));
  }
  return added;
}

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto wish = read_wish(arguments);
  if (!wish) return fail(wish.error());
  const auto added = add(*wish);
  if (!added) return fail(added.error());
  output.text("wrote " + display_text(added->root.native()) + "\nadded to " +
              display_text(added->configuration.native()) + ":\n\n" + added->table + "\n");
  output.note("Fetch what it says: signet trust update " + wish->name);
  json::Object members{{"name", wish->name}, {"url", wish->url}, {"added", added->table}};
  set_name(members, "configuration", added->configuration.native());
  set_name(members, "root", added->root.native());
  output.object("signet.trust-add/1", std::move(members));
  return 0;
}

}  // namespace

const Verb kTrustAdd{
    .name = "trust add",
    .summary = "add an instance of your own, by its TUF repository",
    .operands = "NAME",
    .help =
        "Adds [instance.NAME] to the end of your configuration, and copies the TUF root beside it. The root is\n"
        "what you believe: take it from somebody whom you trust, not from the repository itself. Neither file is\n"
        "touched where NAME is there already. Nothing is fetched: signet trust update NAME does that.\n\n"
        "  signet trust add work --url https://tuf.example.org --root root.json\n"
        "  signet trust update work\n"
        "  signet verify --instance work --identity jane@example.org --issuer https://accounts.example app.tar.gz\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
