// The members of TUF metadata that speak of files: versions, lengths, hashes. For metadata.cc alone.
//
// Each reads a member of `fields`; what is wrong with it is the reader's first error.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "json/fields.h"
#include "sigstore/tuf/metadata.h"

namespace signet::sigstore::tuf {

/// An integer of at least 1.
[[nodiscard]] std::int64_t read_positive(json::Fields& fields, std::string_view name);

/// `meta` of timestamp and snapshot: names that end in ".json".
[[nodiscard]] std::map<std::string, MetaFile, std::less<>> read_meta(json::Fields& fields);

/// `targets` of a targets file.
[[nodiscard]] std::map<std::string, TargetFile, std::less<>> read_target_files(json::Fields& fields);

}  // namespace signet::sigstore::tuf
