import { fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { useApi } from "../api/useApi.ts";
import { showPage, stubAPI } from "../testing/page.tsx";
import { CopyButton } from "./CopyButton.tsx";
import { Disclosure } from "./Disclosure.tsx";
import { Loaded } from "./Loaded.tsx";
import { Popover } from "./Popover.tsx";
import { SearchField } from "./SearchField.tsx";
import { Segmented } from "./Segmented.tsx";

function Data() {
  const answer = useApi<string>("thing");
  return (
    <>
      <button type="button" onClick={() => void answer.refetch()}>
        again
      </button>
      <Loaded of={answer} what="the thing">
        {(text) => <p>{text}</p>}
      </Loaded>
    </>
  );
}

test("an error does not take away what was there before", async () => {
  showPage(<Data />, { answers: { thing: "here" } });
  expect(await screen.findByText("here")).toBeTruthy();
  stubAPI({});
  fireEvent.click(screen.getByText("again"));
  expect(await screen.findByText("no thing")).toBeTruthy();
  expect(screen.getByText("here")).toBeTruthy();
});

test("the slash goes to the search, but not from another field", async () => {
  function Page() {
    const [value, setValue] = useState("");
    return (
      <>
        <input aria-label="other" />
        <SearchField value={value} onChange={setValue} placeholder="Search" />
      </>
    );
  }
  showPage(<Page />);
  await userEvent.click(screen.getByLabelText("other"));
  await userEvent.keyboard("/");
  expect(screen.getByLabelText<HTMLInputElement>("other").value).toBe("/");
  (document.activeElement as HTMLElement).blur();
  await userEvent.keyboard("/abc");
  expect(screen.getByLabelText<HTMLInputElement>("Search").value).toBe("abc");
});

test("a line opens by click and by key, and links in it stay links", async () => {
  function Page() {
    const [open, setOpen] = useState(false);
    return (
      <Disclosure open={open} onToggle={() => setOpen(!open)} label="line" summary={<><span>words</span><a href="#x">link</a></>}>
        inside
      </Disclosure>
    );
  }
  showPage(<Page />);
  fireEvent.click(screen.getByText("link"));
  expect(screen.queryByText("inside")).toBeNull();
  fireEvent.click(screen.getByText("words"));
  expect(screen.getByText("inside")).toBeTruthy();
  screen.getByRole("button", { name: "line" }).focus();
  await userEvent.keyboard("{Enter}");
  expect(screen.queryByText("inside")).toBeNull();
});

test("a popover closes by Escape and by a click elsewhere", async () => {
  showPage(<><Popover label="pop" button="open">{() => <p>inside</p>}</Popover><p>elsewhere</p></>);
  await userEvent.click(screen.getByRole("button", { name: "pop open" }));
  expect(screen.getByText("inside")).toBeTruthy();
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByText("inside")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "pop open" }));
  await userEvent.click(screen.getByText("elsewhere"));
  expect(screen.queryByText("inside")).toBeNull();
});

test("one of few is chosen", async () => {
  const chosen: string[] = [];
  showPage(<Segmented label="Which" value="a" options={[{ value: "a", text: "A" }, { value: "b", text: "B" }]} onChange={(v) => chosen.push(v)} />);
  expect(screen.getByRole("radio", { name: "A" }).getAttribute("aria-checked")).toBe("true");
  await userEvent.click(screen.getByRole("radio", { name: "B" }));
  expect(chosen).toEqual(["b"]);
});

test("a choice is one stop of Tab, and arrows choose", async () => {
  function Choice() {
    const [value, setValue] = useState("b");
    return <Segmented label="Letter" value={value} options={[{ value: "a", text: "A" }, { value: "b", text: "B" }, { value: "c", text: "C" }]} onChange={setValue} />;
  }
  showPage(<Choice />);
  await userEvent.tab();
  expect(document.activeElement?.textContent).toBe("B");
  await userEvent.keyboard("{ArrowRight}");
  expect(screen.getByRole("radio", { name: "C" }).getAttribute("aria-checked")).toBe("true");
  await userEvent.keyboard("{ArrowRight}");
  expect(document.activeElement?.textContent).toBe("A");
  await userEvent.tab();
  expect(document.activeElement).toBe(document.body);
});

test("a text is copied also where the browser has no clipboard for the page", async () => {
  const copied: string[] = [];
  vi.stubGlobal("navigator", { ...navigator, clipboard: undefined });
  Object.assign(document, { execCommand: () => copied.push((document.activeElement as HTMLTextAreaElement).value) > 0 });
  showPage(<CopyButton title="Copy it" text={() => "the text"}>Copy</CopyButton>);
  fireEvent.click(screen.getByRole("button", { name: "Copy" }));
  expect(await screen.findByText("Copied")).toBeTruthy();
  expect(copied).toEqual(["the text"]);
  expect(document.querySelector("textarea")).toBeNull();
});
