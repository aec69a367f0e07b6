import { useEffect, useState, type RefObject } from "react";

export interface Box {
  width: number;
  height: number;
}

/** The size of an element's inside, null until it has come near the view for the first time. */
export function useBox(element: RefObject<HTMLElement | null>): Box | null {
  const [box, setBox] = useState<Box | null>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (!element.current || near) return;
    const observer = new IntersectionObserver((entries) => setNear(entries.some((e) => e.isIntersecting)), { rootMargin: "300px" });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, near]);
  useEffect(() => {
    if (!element.current || !near) return;
    const observer = new ResizeObserver(([entry]) => {
      // Without a width it is not shown, as for a moment while a browser takes a picture of the whole page; what was drawn may stay.
      if (entry && entry.contentRect.width > 0) setBox({ width: Math.floor(entry.contentRect.width), height: Math.floor(entry.contentRect.height) });
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, near]);
  return box;
}
