// libcurl's handles as owners.
#pragma once

#include <curl/curl.h>

#include <memory>

namespace signet::sigstore {

template <auto Free>
struct CurlCleanup {
  template <typename T>
  void operator()(T* handle) const {
    (void)Free(handle);
  }
};
using CurlUrl = std::unique_ptr<CURLU, CurlCleanup<curl_url_cleanup>>;
using CurlEasy = std::unique_ptr<CURL, CurlCleanup<curl_easy_cleanup>>;
using CurlMulti = std::unique_ptr<CURLM, CurlCleanup<curl_multi_cleanup>>;

}  // namespace signet::sigstore
