#include "protocol/version.h"

#include <utility>

namespace signet::protocol {

const std::vector<std::string>& features() {
  static const std::vector<std::string> features = {"sign-bundle",
                                                    "sign-cms",
                                                    "sign-raw",
                                                    "batch",
                                                    "progress",
                                                    "login",
                                                    "keys",
                                                    "ephemeral-keys",
                                                    "generate-key-p256",
                                                    "generate-key-p384",
                                                    "generate-key-rsa2048",
                                                    "generate-key-rsa3072",
                                                    "generate-key-rsa4096",
                                                    "generate-key-ed25519",
                                                    "key-policies",
                                                    "queue-place",
                                                    "release-token",
                                                    "enter-pin",
                                                    "ssh"};
  return features;
}

std::string version_text(std::string_view program, const std::vector<Library>& libraries) {
  std::string text = std::string(program) + " " SIGNET_VERSION "\nfeatures:";
  for (const std::string& feature : features()) text.append(" ").append(feature);
  text += "\nlibraries:";
  for (const Library& library : libraries) text.append(" ").append(library.name).append(" ").append(library.version);
  return text + "\n";
}

json::Object describe_version(std::string_view program, const std::vector<Library>& libraries) {
  json::Array names;
  for (const std::string& feature : features()) names.emplace_back(feature);
  json::Object versions;
  for (const Library& library : libraries) versions.set(library.name, library.version);
  return json::Object{{"schema", "signet.version/1"},
                      {"program", program},
                      {"version", SIGNET_VERSION},
                      {"features", std::move(names)},
                      {"libraries", std::move(versions)}};
}

}  // namespace signet::protocol
