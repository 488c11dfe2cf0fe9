import type { ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import { remarkHtmlAsText } from './remark-html-as-text';

/**
 * What agents write is data from outside. Raw HTML is shown as the text it is, what Markdown makes is sanitised
 * afterwards, and images are shown as their link: a picture loaded by itself tells a stranger who reads what, and when.
 */
const components: Components = {
  h1: LargeHeading,
  h2: LargeHeading,
  h3: Heading,
  h4: Heading,
  h5: Heading,
  h6: Heading,
  a: ({ href, children }) => (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className="break-words underline underline-offset-2"
    >
      {children}
    </a>
  ),
  img: ({ src, alt }) =>
    typeof src === 'string' ? (
      <a href={src} target="_blank" rel="noopener noreferrer nofollow" className="underline underline-offset-2">
        {alt || src}
      </a>
    ) : null,
  // A wide table scrolls inside itself, and a keyboard can reach it to do so.
  table: ({ children }) => (
    <div tabIndex={0} role="region" aria-label="Table" className="overflow-x-auto">
      <table>{children}</table>
    </div>
  ),
  pre: ({ children }) => (
    <pre dir="ltr" tabIndex={0}>
      {children}
    </pre>
  ),
};

/** Looks like one, and is none of the page's: whoever goes from heading to heading hears the page's order, not a guest's. */
function Heading({ children }: { children?: ReactNode }) {
  return <p className="heading">{children}</p>;
}

function LargeHeading({ children }: { children?: ReactNode }) {
  return <p className="heading heading-large">{children}</p>;
}

export function Markdown({ text }: { text: string }) {
  return (
    <div dir="auto" className="markdown">
      <ReactMarkdown
        remarkPlugins={[remarkGfm, remarkHtmlAsText]}
        rehypePlugins={[[rehypeSanitize, defaultSchema]]}
        components={components}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
}
