#include "sigstore/tuf/file_fields.h"

#include <utility>

#include "common/hex.h"

namespace signet::sigstore::tuf {
namespace {

using json::Fields;
using json::UnknownFields;

constexpr std::string_view kSuffix = ".json";

Hashes read_hashes(Fields& fields) {
  Hashes hashes;
  const json::Object* object = fields.value("hashes").as_object();
  if (object == nullptr || object->size() == 0) {
    fields.refuse("hashes", "is not an object with a hash in it");
    return hashes;
  }
  for (const auto& [name, value] : object->members()) {
    const std::string* hex = value.as_string();
    const auto bytes = hex == nullptr ? fail(ErrorCode::InvalidRequest, "no text") : parse_hex(*hex);
    if (!bytes) {
      fields.refuse("hashes", "holds a value that is not hexadecimal");
      return hashes;
    }
    if (hashes.first_hex.empty()) hashes.first_hex = *hex;
    const auto algorithm = hash_from_name(name);
    if (!algorithm) continue;
    auto digest = Digest::make(*algorithm, *bytes);
    if (!digest) fields.refuse("hashes", "holds a hash of another length than its kind has");
    if (digest) hashes.known.push_back(std::move(*digest));
  }
  return hashes;
}

MetaFile read_meta_file(Fields& fields) {
  MetaFile file;
  file.version = read_positive(fields, "version");
  if (fields.has("length")) file.length = read_positive(fields, "length");
  if (fields.has("hashes")) file.hashes = read_hashes(fields);
  return file;
}

TargetFile read_target_file(Fields& fields) {
  TargetFile file;
  file.length = fields.integer("length");
  if (file.length < 0) fields.refuse("length", "is negative");
  file.hashes = read_hashes(fields);
  return file;
}

// An object whose members are all of one kind, by name.
template <typename File, typename Read>
std::map<std::string, File, std::less<>> read_files(Fields& fields, const std::string& name, Read read) {
  std::map<std::string, File, std::less<>> files;
  const json::Object* object = fields.value(name).as_object();
  if (object == nullptr) {
    fields.refuse(name, "is not an object");
    return files;
  }
  for (const auto& [path, value] : object->members()) {
    Fields entry(value, fields.where() + "." + name, UnknownFields::Tolerate);
    files.emplace(path, read(entry));
    if (auto done = entry.finish(); !done) fields.adopt(std::move(done.error()));
  }
  return files;
}

}  // namespace

std::int64_t read_positive(Fields& fields, std::string_view name) {
  const std::int64_t number = fields.integer(name);
  if (number < 1) fields.refuse(name, "is less than 1");
  return number;
}

std::map<std::string, MetaFile, std::less<>> read_meta(Fields& fields) {
  std::map<std::string, MetaFile, std::less<>> meta;
  for (auto& [name, file] : read_files<MetaFile>(fields, "meta", read_meta_file)) {
    if (!name.ends_with(kSuffix)) fields.refuse("meta", "holds a name that does not end in .json");
    meta.emplace(name.substr(0, name.size() - std::min(name.size(), kSuffix.size())), file);
  }
  return meta;
}

std::map<std::string, TargetFile, std::less<>> read_target_files(Fields& fields) {
  return read_files<TargetFile>(fields, "targets", read_target_file);
}

}  // namespace signet::sigstore::tuf
