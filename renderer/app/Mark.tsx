export function Mark() {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" fill="none" aria-hidden="true">
      <rect x="1" y="1" width="18" height="18" rx="5" stroke="var(--seal)" strokeWidth="1.6" />
      <path
        d="M4.8 12.6 7.6 8l2.6 3.6L12.6 6l2.6 4.2"
        stroke="var(--seal)"
        strokeWidth="1.7"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
