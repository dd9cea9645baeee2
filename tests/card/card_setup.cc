#include "tests/card/card_setup.h"

#include <charconv>
#include <utility>

#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"

namespace signet::test {
namespace {

json::Value encode_key(const CardKey& key) {
  return json::Object{{"slot", key.slot},
                      {"algorithm", key.algorithm},
                      {"pinPolicy", key.pin_policy},
                      {"touchPolicy", key.touch_policy},
                      {"certificate", key.certificate},
                      {"imported", key.imported}};
}

CardKey parse_key(json::Fields& fields) {
  CardKey key;
  key.slot = static_cast<std::uint8_t>(fields.integer("slot"));
  key.algorithm = fields.text("algorithm");
  key.pin_policy = static_cast<std::uint8_t>(fields.integer("pinPolicy"));
  key.touch_policy = static_cast<std::uint8_t>(fields.integer("touchPolicy"));
  key.certificate = fields.boolean("certificate");
  key.imported = fields.boolean("imported");
  return key;
}

}  // namespace

Firmware parse_firmware(std::string_view text) {
  Firmware firmware{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::uint8_t& part : firmware) {
    at = std::from_chars(at, end, part).ptr;
    if (at != end) ++at;
  }
  return firmware;
}

std::string encode_card_setup(const CardSetup& setup) {
  json::Array keys;
  for (const CardKey& key : setup.keys) keys.push_back(encode_key(key));
  return json::write(json::Object{{"pin", setup.pin},
                                  {"tries", setup.tries},
                                  {"wrongPins", setup.wrong_pins},
                                  {"puk", setup.puk},
                                  {"pukTries", setup.puk_tries},
                                  {"firmware", setup.firmware},
                                  {"serial", static_cast<std::int64_t>(setup.serial)},
                                  {"managementAlgorithm", setup.management_algorithm},
                                  {"managementKey", setup.management_key_hex},
                                  {"managementPinProtected", setup.management_pin_protected},
                                  {"attestationAlgorithm", setup.attestation_algorithm},
                                  {"attestationIntermediates", setup.attestation_intermediates},
                                  {"keys", std::move(keys)}});
}

Result<CardSetup> parse_card_setup(std::string_view text) {
  const auto document = json::parse(text);
  if (!document) return fail(document.error());
  json::Fields fields(*document, "card setup");
  CardSetup setup;
  setup.pin = fields.text("pin");
  setup.tries = static_cast<int>(fields.integer("tries"));
  setup.wrong_pins = static_cast<int>(fields.integer("wrongPins"));
  setup.puk = fields.text("puk");
  setup.puk_tries = static_cast<int>(fields.integer("pukTries"));
  setup.firmware = fields.text("firmware");
  setup.serial = static_cast<std::uint32_t>(fields.integer("serial"));
  setup.management_algorithm = fields.text("managementAlgorithm");
  setup.management_key_hex = fields.text("managementKey");
  setup.management_pin_protected = fields.boolean("managementPinProtected");
  setup.attestation_algorithm = fields.text("attestationAlgorithm");
  setup.attestation_intermediates = static_cast<int>(fields.integer("attestationIntermediates"));
  setup.keys.clear();
  for (const json::Value& value : fields.array("keys")) {
    json::Fields key(value, "card key");
    setup.keys.push_back(parse_key(key));
    if (auto done = key.finish(); !done) fields.adopt(done.error());
  }
  if (auto done = fields.finish(); !done) return fail(done.error());
  return setup;
}

}  // namespace signet::test
