"""Games: FizzBuzz, dice, cards, tic-tac-toe and guessing: boards."""

PROGRAMS = r"""
* winner check_winner find_winner tic_tac_toe_winner
* board grid field
" Return the player that has three in a row in tic-tac-toe, or None.
" Return "X" or "O" if that player has won, otherwise None.
: board Three rows of three fields: "X", "O" or a space.
>>> winner([["X", "X", "X"], ["O", "O", " "], [" ", " ", " "]])
'X'
>>> winner([[" ", " ", " "], [" ", " ", " "], [" ", " ", " "]]) is None
True
>>> winner([["O", "X", " "], ["X", "O", " "], [" ", " ", "O"]])
'O'
def winner(board: list[list[str]]) -> str | None:
    lines = [list(row) for row in board]
    lines += [list(column) for column in zip(*board)]
    lines.append([board[i][i] for i in range(3)])
    lines.append([board[i][2 - i] for i in range(3)])
    for line in lines:
        if line[0] != " " and line.count(line[0]) == 3:
            return line[0]
    return None
===
    for i in range(3):
        if board[i][0] == board[i][1] == board[i][2] != " ":
            return board[i][0]
        if board[0][i] == board[1][i] == board[2][i] != " ":
            return board[0][i]
    if board[0][0] == board[1][1] == board[2][2] != " ":
        return board[1][1]
    if board[0][2] == board[1][1] == board[2][0] != " ":
        return board[1][1]
    return None

* print_board show_board display_board
* board grid
" Print a tic-tac-toe board.
>>> print_board([["X", "O", "X"], ["O", "X", "O"], ["X", "X", "O"]])
X|O|X
-+-+-
O|X|O
-+-+-
X|X|O
def print_board(board: list[list[str]]) -> None:
    for i, row in enumerate(board):
        if i > 0:
            print("-+-+-")
        print("|".join(row))
===
    lines = ["|".join(row) for row in board]
    print("\n-+-+-\n".join(lines))

* is_board_full board_full is_draw no_moves_left
* board grid
" Check whether every field of a tic-tac-toe board is taken.
>>> is_board_full([["X", "O"], ["O", " "]])
False
>>> is_board_full([["X", "O"], ["O", "X"]])
True
def is_board_full(board: list[list[str]]) -> bool:
    for row in board:
        if " " in row:
            return False
    return True
===
    return all(field != " " for row in board for field in row)

* rock_paper_scissors play_round judge round_winner
* first player1 a
* second player2 b
" Return which player wins a round: 1, 2, or 0 for a draw.
>>> rock_paper_scissors("rock", "scissors")
1
>>> rock_paper_scissors("rock", "paper")
2
>>> rock_paper_scissors("rock", "rock")
0
def rock_paper_scissors(first: str, second: str) -> int:
    beats = {"rock": "scissors", "scissors": "paper", "paper": "rock"}
    if first == second:
        return 0
    return 1 if beats[first] == second else 2
===
    if first == second:
        return 0
    wins = [("rock", "scissors"), ("scissors", "paper"), ("paper", "rock")]
    if (first, second) in wins:
        return 1
    return 2

* guess_hint check_guess hint compare_guess
* guess attempt
* secret target number
" Say whether a guess is too low, too high or correct.
>>> guess_hint(3, 7)
'too low'
>>> guess_hint(7, 7)
'correct'
def guess_hint(guess: int, secret: int) -> str:
    if guess < secret:
        return "too low"
    if guess > secret:
        return "too high"
    return "correct"

* hangman_word masked_word show_word hidden_word
* word secret
* letters guessed guesses
" Show {word} with a line for each letter that was not guessed.
>>> hangman_word("banana", "an")
'_anana'
def hangman_word(word: str, letters: str) -> str:
    result = ""
    for char in word:
        if char in letters:
            result += char
        else:
            result += "_"
    return result
===
    return "".join(char if char in letters else "_" for char in word)

* bulls_and_cows score_guess mastermind_score
* secret code
* guess attempt
" Return how many digits are right in place, and how many in another place.
>>> bulls_and_cows("1234", "1325")
(1, 2)
def bulls_and_cows(secret: str, guess: str) -> tuple[int, int]:
    bulls = sum(a == b for a, b in zip(secret, guess))
    common = sum(min(secret.count(d), guess.count(d)) for d in set(guess))
    return bulls, common - bulls

* blackjack_value hand_value score_hand
* cards hand
" Return the value of a hand of blackjack cards.
>>> blackjack_value(["K", "7"])
17
>>> blackjack_value(["A", "A", "9"])
21
def blackjack_value(cards: list[str]) -> int:
    total = 0
    aces = 0
    for card in cards:
        if card in ("J", "Q", "K"):
            total += 10
        elif card == "A":
            total += 11
            aces += 1
        else:
            total += int(card)
    while total > 21 and aces:
        total -= 10
        aces -= 1
    return total

* next_generation life_step game_of_life step
* grid board cells
" Return the next generation of Conway's game of life.
>>> next_generation([[0, 1, 0], [0, 1, 0], [0, 1, 0]])
[[0, 0, 0], [1, 1, 1], [0, 0, 0]]
def next_generation(grid: list[list[int]]) -> list[list[int]]:
    rows, columns = len(grid), len(grid[0])
    result = []
    for i in range(rows):
        row = []
        for j in range(columns):
            neighbors = 0
            for di in (-1, 0, 1):
                for dj in (-1, 0, 1):
                    if (di or dj) and 0 <= i + di < rows and 0 <= j + dj < columns:
                        neighbors += grid[i + di][j + dj]
            alive = neighbors == 3 or (grid[i][j] and neighbors == 2)
            row.append(1 if alive else 0)
        result.append(row)
    return result
"""
