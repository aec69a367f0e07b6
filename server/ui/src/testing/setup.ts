import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// What is awaited may be late on a busy machine; the default is a second.
configure({ asyncUtilTimeout: 20_000 });

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  localStorage.clear();
  history.replaceState(null, "", "/");
});
