(* The ring as the trace of a power of its transfer matrix.                     *)
(* Main: ring_sum_trace (any number of states), ring_trace, transfer_squared,   *)
(* transfer_power, ring_closed_form.                                            *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential Ising.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Paths.
Variables (R : comRingType) (T : finType).

Definition fcons n (p : T * {ffun 'I_n -> T}) : {ffun 'I_n.+1 -> T} :=
  [ffun i => oapp p.2 p.1 (unlift ord0 i)].

Lemma fcons0 n (p : T * {ffun 'I_n -> T}) : fcons p ord0 = p.1.
Proof. by rewrite ffunE unlift_none. Qed.

Lemma fconsS n (p : T * {ffun 'I_n -> T}) i : fcons p (lift ord0 i) = p.2 i.
Proof. by rewrite ffunE liftK. Qed.

Lemma fcons_bij n : bijective (@fcons n).
Proof.
exists (fun s : {ffun 'I_n.+1 -> T} => (s ord0, [ffun i => s (lift ord0 i)])).
  case=> a s; rewrite fcons0; congr (_, _); apply/ffunP => i.
  by rewrite ffunE fconsS.
move=> s; apply/ffunP => i; case: (unliftP ord0 i) => [j|] ->.
  by rewrite fconsS ffunE.
by rewrite fcons0.
Qed.

Lemma sum_fcons n (F : {ffun 'I_n.+1 -> T} -> R) :
  \sum_s F s = \sum_a \sum_s F (fcons (a, s)).
Proof.
rewrite (reindex (@fcons n)) /=; last exact/onW_bij/fcons_bij.
by rewrite pair_bigA /=; apply: eq_bigr => -[].
Qed.
End Paths.

Section Trace.
Variables (R : comRingType) (q : nat) (M : 'M[R]_q.+1).

Definition open_weight n (c : {ffun 'I_n.+1 -> 'I_q.+1}) : R :=
  \prod_(i < n) M (c (widen_ord (leqnSn n) i)) (c (lift ord0 i)).

Lemma open_weight_fcons n a (c : {ffun 'I_n.+1 -> 'I_q.+1}) :
  open_weight (fcons (a, c)) = M a (c ord0) * open_weight c.
Proof.
rewrite /open_weight big_ord_recl; congr (_ * _).
  rewrite fconsS; congr (M _ _).
  by rewrite (_ : widen_ord _ _ = ord0) ?fcons0 //; apply: val_inj.
apply: eq_bigr => i _; rewrite fconsS.
by rewrite (_ : widen_ord _ _ = lift ord0 (widen_ord (leqnSn n) i)) ?fconsS //; apply: val_inj.
Qed.

Lemma open_sum n (g : 'I_q.+1 -> 'I_q.+1 -> R) :
  \sum_(c : {ffun 'I_n.+1 -> 'I_q.+1}) g (c ord0) (c ord_max) * open_weight c
  = \sum_a \sum_b g a b * (M ^+ n) a b.
Proof.
elim: n g => [|n IH] g.
  rewrite sum_fcons; apply: eq_bigr => a _.
  rewrite (bigD1 [ffun i : 'I_0 => a]) //= [X in _ + X]big1 => [|s /eqP ns]; last first.
    by case: ns; apply/ffunP; case.
  rewrite (bigD1 a) //= [X in _ = _ + X]big1 => [|b ba]; last first.
    by rewrite expr0 mxE eq_sym (negbTE ba) mulr0.
  rewrite !addr0 expr0 mxE eqxx /open_weight big_ord0 fcons0.
  by rewrite (_ : ord_max = ord0) ?fcons0 //; apply: val_inj.
rewrite sum_fcons.
rewrite (eq_bigr (fun a => \sum_(c : {ffun 'I_n.+1 -> 'I_q.+1}) g a (c ord_max) * M a (c ord0) * open_weight (n:=n) c)).
  rewrite exchange_big /=.
  rewrite (eq_bigr (fun c : {ffun 'I_n.+1 -> 'I_q.+1} => (\sum_a g a (c ord_max) * M a (c ord0)) * open_weight (n:=n) c)).
    rewrite (IH (fun x y => \sum_a g a y * M a x)).
    rewrite exchange_big [RHS]exchange_big /=; apply: eq_bigr => b _.
    rewrite (eq_bigr (fun x => \sum_a g a b * M a x * (M ^+ n) x b)); last first.
      by move=> x _; rewrite mulr_suml.
    rewrite exchange_big /=; apply: eq_bigr => a _.
    rewrite exprS -[M * _]/(M *m _) mxE mulr_sumr.
    by apply: eq_bigr => x _; rewrite mulrA.
  by move=> c _; rewrite mulr_suml.
move=> a _; apply: eq_bigr => c _; rewrite open_weight_fcons fcons0 /=.
by rewrite (_ : ord_max = lift ord0 ord_max) ?fconsS ?mulrA //; apply: val_inj.
Qed.

Lemma next_widen n (i : 'I_n) : next (widen_ord (leqnSn n) i) = lift ord0 i.
Proof. by apply: val_inj; rewrite /= modn_small // ltnS. Qed.

Lemma next_max n : next (@ord_max n) = ord0.
Proof. by apply: val_inj; rewrite /= modnn. Qed.

(* A ring of n+1 sites with any finite number of states. *)
Theorem ring_sum_trace n :
  \sum_(c : {ffun 'I_n.+1 -> 'I_q.+1}) \prod_i M (c i) (c (next i)) = \tr (M ^+ n.+1).
Proof.
rewrite (eq_bigr (fun c : {ffun 'I_n.+1 -> 'I_q.+1} => M (c ord_max) (c ord0) * open_weight (n:=n) c)); last first.
  move=> c _; rewrite big_ord_recr /= next_max mulrC; congr (_ * _).
  by apply: eq_bigr => i _; rewrite next_widen.
rewrite (open_sum n (fun a b => M b a)) exchange_big /= /mxtrace.
apply: eq_bigr => b _; rewrite exprS -[M * _]/(M *m _) mxE.
by [].
Qed.
End Trace.

Section IsingRing.
Variables (R : realFieldType) (e : exponential R).

Definition to_bool N (c : {ffun 'I_N -> 'I_2}) : config [finType of 'I_N] :=
  [ffun i => c i == ord0].

Lemma to_bool_bij N : bijective (@to_bool N).
Proof.
exists (fun s : config [finType of 'I_N] => [ffun i => if s i then ord0 else lift ord0 ord0]).
  move=> c; apply/ffunP => i; rewrite !ffunE; case: (unliftP ord0 (c i)) => [j|] -> //=.
  by case: j => [[|j] //= ?]; apply: val_inj.
by move=> s; apply/ffunP => i; rewrite !ffunE; case: (s i).
Qed.

(* Z_N = tr T^N *)
Theorem ring_trace n K : ring_Z e n.+1 K = \tr (transfer e K ^+ n.+1).
Proof.
rewrite -ring_sum_trace /ring_Z (reindex (@to_bool n.+1)) /=; last exact/onW_bij/to_bool_bij.
apply: eq_bigr => c _; rewrite /ring_weight expo_sum; apply: eq_bigr => i _.
by rewrite mxE !ffunE.
Qed.

(* T(K)^2 = A T(K') *)
Theorem transfer_squared K :
  transfer e K *m transfer e K = dec_A e K *: transfer e (dec_K e K).
Proof.
apply/matrixP => i j; rewrite !mxE -decimation_step.
rewrite sum_bool 2!big_ord_recl big_ord0 addr0 !mxE !expoD /=.
by [].
Qed.

Theorem transfer_power n K i j :
  (transfer e K ^+ n) i j
  = ((2%:R * ch e K) ^+ n + spin R (i == ord0) * spin R (j == ord0) * (2%:R * sh e K) ^+ n)
    / 2%:R.
Proof.
have chE : 2%:R * ch e K = e K + e (- K) by rewrite /ch mulrCA divff ?two_neq0 // mulr1.
have shE : 2%:R * sh e K = e K - e (- K) by rewrite /sh mulrCA divff ?two_neq0 // mulr1.
have ij (k : 'I_2) : k = ord0 \/ k = lift ord0 ord0.
  by case: (unliftP ord0 k) => [l|] ->; [right; case: l => [[|l] //= ?]; apply: val_inj | left].
elim: n i j => [|n IH] i j.
  rewrite !expr0 mulr1 mxE.
  by case: (ij i) (ij j) => [] -> [] -> /=; field.
rewrite exprS -[_ * _]/(transfer e K *m _) mxE 2!big_ord_recl big_ord0 addr0 !IH !mxE.
rewrite !exprS chE shE.
set P := (e K + e (- K)) ^+ n; set Q := (e K - e (- K)) ^+ n.
have k1 (a b p q : R) : a * ((p + q) / 2%:R) + b * ((p - q) / 2%:R)
    = ((a + b) * p + (a - b) * q) / 2%:R by field.
have k2 (a b p q : R) : a * ((p - q) / 2%:R) + b * ((p + q) / 2%:R)
    = ((a + b) * p - (a - b) * q) / 2%:R by field.
case: (ij i) (ij j) => [] -> [] -> /=; rewrite !(mulr1, mulrN1, mulN1r, opprK, mul1r).
- exact: k1.
- exact: k2.
- by rewrite addrC; apply: k2.
- by rewrite addrC; apply: k1.
Qed.

Theorem ring_closed_form n K :
  ring_Z e n.+1 K = (2%:R * ch e K) ^+ n.+1 + (2%:R * sh e K) ^+ n.+1.
Proof.
rewrite ring_trace /mxtrace 2!big_ord_recl big_ord0 addr0 !transfer_power /=.
by field.
Qed.
End IsingRing.
