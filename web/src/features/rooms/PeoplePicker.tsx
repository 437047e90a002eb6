/** Collects people by their exact username or email address. */
import PersonAddRounded from "@mui/icons-material/PersonAddRounded";
import Avatar from "@mui/material/Avatar";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import TextField from "@mui/material/TextField";
import { type KeyboardEvent, useState } from "react";
import { findPerson } from "../../api/people";
import { inWords } from "../../api/problem";
import type { Person } from "../../protocol/rest";
import { useUser } from "../auth/AuthContext";
import { initials } from "../people/initials";

interface PeoplePickerProps {
  readonly people: readonly Person[];
  readonly onChange: (people: readonly Person[]) => void;
}

export function PeoplePicker({ people, onChange }: PeoplePickerProps) {
  const { userId: ownUserId } = useUser();
  const [query, setQuery] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function add() {
    const wanted = query.trim();
    if (wanted === "" || isBusy) return;
    setBusy(true);
    try {
      const found = await findPerson(wanted);
      if (found === null) setProblem("Nobody has exactly this username or email.");
      else if (found.userId === ownUserId) setProblem("That is you; you are in already.");
      else {
        if (!people.some(({ userId }) => userId === found.userId)) onChange([...people, found]);
        setQuery("");
        setProblem(null);
      }
    } catch (refused) {
      setProblem(inWords(refused));
    } finally {
      setBusy(false);
    }
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Enter") return;
    // Enter would submit the form around this field.
    event.preventDefault();
    void add();
  }

  return (
    <Box>
      <Box sx={{ display: "flex", gap: 1, alignItems: "flex-start" }}>
        <TextField
          label="Invite people"
          fullWidth
          value={query}
          error={problem !== null}
          helperText={problem ?? "Exact username or email address"}
          onKeyDown={onKeyDown}
          onChange={(event) => {
            setQuery(event.target.value);
            setProblem(null);
          }}
          slotProps={{ htmlInput: { "data-testid": "invite-query" } }}
        />
        <Button
          onClick={() => void add()}
          loading={isBusy}
          startIcon={<PersonAddRounded />}
          sx={{ mt: 0.75 }}
        >
          Add
        </Button>
      </Box>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, mt: people.length > 0 ? 1 : 0 }}>
        {people.map((person) => {
          const name = person.fullName || person.username;
          return (
            <Chip
              key={person.userId}
              avatar={
                <Avatar {...(person.profilePicture ? { src: person.profilePicture } : {})}>
                  {initials(name)}
                </Avatar>
              }
              label={name}
              onDelete={() => onChange(people.filter(({ userId }) => userId !== person.userId))}
            />
          );
        })}
      </Box>
    </Box>
  );
}
