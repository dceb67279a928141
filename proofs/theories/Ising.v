(* Decimation of Ising spins.                                                   *)
(* Main: decimation_step, decimation_unique, tanh_dec_K, tanh_dec_K2,           *)
(* decimation_on_graph, graph_means_preserved, ring_decimation,                 *)
(* ring_means_preserved, ring_trace, transfer_squared, dec_K_bounds,            *)
(* dec_K_fixed_point, field_step, positive_weight_unique_parametrization.       *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Step.
Variables (R : realFieldType) (e : exponential R).
Implicit Types (K h : R) (s : bool).

Lemma halfD (x : R) : x / 2%:R + x / 2%:R = x. Proof. by field. Qed.

Lemma expo_half_sq (x : R) : e (x / 2%:R) * e (x / 2%:R) = e x.
Proof. by rewrite -expoD halfD. Qed.

(* One spin bound by K1 and K2 to its two neighbours. *)
Theorem decimation_step2 (K1 K2 : R) s1 s2 :
  \sum_s e (K1 * spin R s1 * spin R s + K2 * spin R s * spin R s2)
  = dec_A2 e K1 K2 * e (dec_K2 e K1 K2 * spin R s1 * spin R s2).
Proof.
rewrite sum_bool /dec_A2 /dec_K2 -[RHS]mulrA -expoD.
set p := ln e (ch e (K1 + K2)); set m := ln e (ch e (K1 - K2)).
have cp : 2%:R * e p = e (K1 + K2) + e (- (K1 + K2)).
  by rewrite lnK ?ch_gt0 // /ch mulrCA divff ?two_neq0 // mulr1.
have cm : 2%:R * e m = e (K1 - K2) + e (- (K1 - K2)).
  by rewrite lnK ?ch_gt0 // /ch mulrCA divff ?two_neq0 // mulr1.
have same : (p + m) / 2%:R + (p - m) / 2%:R * 1 * 1 = p by field.
have opp : (p + m) / 2%:R + (p - m) / 2%:R * 1 * -1 = m by field.
have opp' : (p + m) / 2%:R + (p - m) / 2%:R * -1 * 1 = m by field.
have same' : (p + m) / 2%:R + (p - m) / 2%:R * -1 * -1 = p by field.
case: s1 s2 => [] [] /=; rewrite ?same ?opp ?opp' ?same' ?cp ?cm.
- by congr (expo e _ + expo e _); ring.
- by congr (expo e _ + expo e _); ring.
- by rewrite addrC; congr (expo e _ + expo e _); ring.
- by rewrite addrC; congr (expo e _ + expo e _); ring.
Qed.

Lemma dec_K2_diag K : dec_K2 e K K = dec_K e K.
Proof. by rewrite /dec_K2 /dec_K subrr ch0 ln1 subr0; congr (ln e (ch e _) / _); ring. Qed.

Lemma dec_A2_diag K : dec_A2 e K K = dec_A e K.
Proof.
by rewrite /dec_A2 /dec_A /dec_K subrr ch0 ln1 addr0;
  congr (_ * expo e (ln e (ch e _) / _)); ring.
Qed.

Theorem decimation_step K s1 s2 :
  \sum_s e (K * spin R s1 * spin R s + K * spin R s * spin R s2)
  = dec_A e K * e (dec_K e K * spin R s1 * spin R s2).
Proof. by rewrite decimation_step2 dec_A2_diag dec_K2_diag. Qed.

Lemma dec_A2_gt0 K1 K2 : 0 < dec_A2 e K1 K2.
Proof. by rewrite mulr_gt0 ?two_gt0 ?expo_gt0. Qed.

Lemma dec_A_gt0 K : 0 < dec_A e K.
Proof. by rewrite mulr_gt0 ?two_gt0 ?expo_gt0. Qed.

(* A pair (A, K') is determined by the four values A e^{K' s1 s2}. *)
Lemma prefactor_coupling_inj (A A' L L' : R) : 0 < A -> 
  (forall s1 s2, A * e (L * spin R s1 * spin R s2) = A' * e (L' * spin R s1 * spin R s2)) ->
  A = A' /\ L = L'.
Proof.
move=> A0 eq4; have := eq4 true false; have := eq4 true true => /=.
rewrite !mulr1 !mulrN1 => eqp eqm.
have A'0 : A' != 0.
  by apply/eqP => A'0; have := eqp; rewrite A'0 mul0r => /eqP;
     rewrite mulf_eq0 (gt_eqF A0) (negbTE (expo_neq0 e _)).
have eqL : e (L - L') = e (L' - L).
  apply: (mulfI (mulf_neq0 (lt0r_neq0 A0) A'0)); rewrite !expoD.
  by rewrite mulrACA eqp [A' * e (- L')](esym eqm) mulrACA [A' * A]mulrC.
have LL : L = L'.
  move/expo_inj: eqL => eqL; apply/eqP; rewrite -subr_eq0; apply/eqP.
  by rewrite -[LHS]halfD [X in _ + X / _]eqL; field.
by split=> //; apply: (mulIf (expo_neq0 e L)); rewrite eqp LL.
Qed.

Theorem decimation_unique K (A' K' : R) :
  (forall s1 s2, \sum_s e (K * spin R s1 * spin R s + K * spin R s * spin R s2)
                 = A' * e (K' * spin R s1 * spin R s2))
  <-> A' = dec_A e K /\ K' = dec_K e K.
Proof.
split=> [all4|[-> ->] s1 s2]; last exact: decimation_step.
have [] := @prefactor_coupling_inj (dec_A e K) A' (dec_K e K) K' (dec_A_gt0 K).
  by move=> s1 s2; rewrite -decimation_step all4.
by move=> -> ->.
Qed.

Lemma expo_2dec_K2 K1 K2 : e (2%:R * dec_K2 e K1 K2) = ch e (K1 + K2) / ch e (K1 - K2).
Proof.
rewrite /dec_K2 mulrCA divff ?two_neq0 // mulr1 expoB !lnK ?ch_gt0 //.
Qed.

Lemma thE x : th e x = (e (2%:R * x) - 1) / (e (2%:R * x) + 1).
Proof.
have hx := expo_neq0 e x.
have h2 : e (2%:R * x) = e x ^+ 2 by rewrite expoMn.
have h3 : e x ^+ 2 + 1 != 0 by rewrite gt_eqF // ltr_paddr ?ler01 // exprn_gt0 ?expo_gt0.
rewrite /th /sh /ch expoN h2; field.
by rewrite hx h3 /=.
Qed.

Lemma chD x y : ch e (x + y) = ch e x * ch e y + sh e x * sh e y.
Proof. by rewrite /ch /sh opprD !expoD; field. Qed.

Lemma chB x y : ch e (x - y) = ch e x * ch e y - sh e x * sh e y.
Proof. by rewrite chD chN shN mulrN. Qed.

(* tanh K' = tanh K1 tanh K2 *)
Theorem tanh_dec_K2 K1 K2 : th e (dec_K2 e K1 K2) = th e K1 * th e K2.
Proof.
have c1 := ch_neq0 e K1; have c2 := ch_neq0 e K2.
have cm := ch_neq0 e (K1 - K2).
rewrite thE expo_2dec_K2.
have -> : ch e (K1 + K2) / ch e (K1 - K2) - 1
        = (2%:R * (sh e K1 * sh e K2)) / ch e (K1 - K2).
  by rewrite -[X in _ - X](divff cm) -mulrBl chD chB; congr (_ / _); ring.
have -> : ch e (K1 + K2) / ch e (K1 - K2) + 1
        = (2%:R * (ch e K1 * ch e K2)) / ch e (K1 - K2).
  by rewrite -[X in _ + X](divff cm) -mulrDl chD chB; congr (_ / _); ring.
by rewrite /th; field; rewrite c1 c2 cm.
Qed.

Theorem tanh_dec_K K : th e (dec_K e K) = th e K ^+ 2.
Proof. by rewrite -dec_K2_diag tanh_dec_K2 expr2. Qed.

(* 0 <= K' <= |K|, and K' = K only at 0. *)
Theorem dec_K_bounds K : 0 <= dec_K e K /\ dec_K e K <= `|K|.
Proof.
split; first by rewrite divr_ge0 ?ler0n ?ln_ge0 ?ch_ge1.
rewrite ler_pdivr_mulr ?two_gt0 // -(expo_le e) lnK ?ch_gt0 //.
by apply: le_trans (ch_le e _) _; rewrite normrM ger0_norm ?ler0n // mulrC.
Qed.

Theorem dec_K_lt K : K != 0 -> 0 < dec_K e K /\ dec_K e K < `|K|.
Proof.
move=> K0; have KK0 : 2%:R * K != 0 by rewrite mulf_neq0 ?two_neq0.
split; first by rewrite divr_gt0 ?ltr0n ?ln_gt0 ?ch_gt1.
rewrite ltr_pdivr_mulr ?two_gt0 // -(expo_lt e) lnK ?ch_gt0 //.
by apply: lt_le_trans (ch_lt e KK0) _; rewrite normrM ger0_norm ?ler0n // mulrC.
Qed.

Theorem dec_K_fixed_point K : dec_K e K = K <-> K = 0.
Proof.
split=> [fix_|->]; last by rewrite /dec_K mulr0 ch0 ln1 mul0r.
apply/eqP/negPn/negP => K0; have [pos lt] := dec_K_lt K0.
by move: lt pos; rewrite fix_ => lt /gtr0_norm eqK; rewrite eqK ltxx in lt.
Qed.

(* The step with a field. *)
Lemma halves (x : R) : 2%:R * (x / 2%:R) = x.
Proof. by rewrite mulrC divfK // two_neq0. Qed.

Theorem field_step K h s1 s2 :
  field_weight e K h s1 s2
  = field_A e K h * e (field_K e K h * spin R s1 * spin R s2
                       + field_h e K h / 2%:R * (spin R s1 + spin R s2)).
Proof.
rewrite /field_weight sum_bool /field_A /field_K /field_h -[RHS]mulrA -expoD.
set p := ln e (ch e (2%:R * K + h)); set m := ln e (ch e (2%:R * K - h)).
set z := ln e (ch e h).
have cp : 2%:R * e p = e (2%:R * K + h) + e (- (2%:R * K + h)).
  by rewrite lnK ?ch_gt0 // /ch mulrCA divff ?two_neq0 // mulr1.
have cm : 2%:R * e m = e (2%:R * K - h) + e (- (2%:R * K - h)).
  by rewrite lnK ?ch_gt0 // /ch mulrCA divff ?two_neq0 // mulr1.
have cz : 2%:R * e z = e h + e (- h).
  by rewrite lnK ?ch_gt0 // /ch mulrCA divff ?two_neq0 // mulr1.
case: s1 s2 => [] [] /=.
- have -> : (p + m + 2%:R * z) / 4%:R + ((p + m - 2%:R * z) / 4%:R * 1 * 1
      + (h + (p - m) / 2%:R) / 2%:R * (1 + 1)) = p + h by field.
  by rewrite expoD mulrA cp mulrDl -!expoD; congr (expo e _ + expo e _); field.
- have -> : (p + m + 2%:R * z) / 4%:R + ((p + m - 2%:R * z) / 4%:R * 1 * -1
      + (h + (p - m) / 2%:R) / 2%:R * (1 - 1)) = z by field.
  by rewrite cz; congr (expo e _ + expo e _); field.
- have -> : (p + m + 2%:R * z) / 4%:R + ((p + m - 2%:R * z) / 4%:R * -1 * 1
      + (h + (p - m) / 2%:R) / 2%:R * (-1 + 1)) = z by field.
  by rewrite cz; congr (expo e _ + expo e _); field.
- have -> : (p + m + 2%:R * z) / 4%:R + ((p + m - 2%:R * z) / 4%:R * -1 * -1
      + (h + (p - m) / 2%:R) / 2%:R * (-1 - 1)) = m - h by field.
  by rewrite expoD mulrA cm mulrDl -!expoD addrC; congr (expo e _ + expo e _); field.
Qed.

Theorem field_step_unique K h (A' K' h' : R) : 0 < A' ->
  (forall s1 s2, field_weight e K h s1 s2
     = A' * e (K' * spin R s1 * spin R s2 + h' / 2%:R * (spin R s1 + spin R s2)))
  <-> [/\ A' = field_A e K h, K' = field_K e K h & h' = field_h e K h].
Proof.
move=> A'0; split=> [all4|[-> -> ->] s1 s2]; last exact: field_step.
have A0 : 0 < field_A e K h by rewrite mulr_gt0 ?two_gt0 ?expo_gt0.
have eq4 s1 s2 := etrans (esym (all4 s1 s2)) (field_step K h s1 s2).
have log4 s1 s2 : ln e A' + (K' * spin R s1 * spin R s2 + h' / 2%:R * (spin R s1 + spin R s2))
   = ln e (field_A e K h) + (field_K e K h * spin R s1 * spin R s2
                       + field_h e K h / 2%:R * (spin R s1 + spin R s2)).
  rewrite -[X in _ + X = _](expoK e) -[X in _ = _ + X](expoK e).
  by rewrite -!lnM ?expo_gt0 // eq4.
have pp := log4 true true; have pm := log4 true false; have mm := log4 false false.
move: pp pm mm => /=; set a' := ln e A'; set a := ln e _.
set k := field_K e K h; set f := field_h e K h => pp pm mm.
have hh : h' = f.
  have -> : h' = ((a' + (K' * 1 * 1 + h' / 2%:R * (1 + 1)))
                - (a' + (K' * -1 * -1 + h' / 2%:R * (-1 - 1)))) / 2%:R by field.
  by rewrite pp mm; field.
have kk : K' = k.
  have -> : K' = ((a' + (K' * 1 * 1 + h' / 2%:R * (1 + 1)))
                + (a' + (K' * -1 * -1 + h' / 2%:R * (-1 - 1)))
                - 2%:R * (a' + (K' * 1 * -1 + h' / 2%:R * (1 - 1)))) / 4%:R by field.
  by rewrite pp mm pm; field.
split=> //; apply: (ln_inj A'0 A0); rewrite -/a' -/a.
by have := pm; rewrite kk hh; apply: addIr.
Qed.
End Step.

Section Graph.
Variables (R : realFieldType) (e : exponential R) (S D : finType).
Variables (l r : D -> S) (K1 K2 : D -> R) (F : config S -> R).

(* Any graph whose decimated sites have two neighbours, all couplings free. *)
Theorem decimation_on_graph (s : config S) :
  \sum_(t : config D) graph_weight e l r K1 K2 F s t
  = (\prod_d dec_A2 e (K1 d) (K2 d)) * graph_decimated e l r K1 K2 F s.
Proof.
rewrite /graph_weight -mulr_sumr /graph_decimated mulrCA; congr (_ * _).
rewrite expo_sum -big_split /=.
rewrite (eq_bigr (fun d => \sum_b e (K1 d * spin R (s (l d)) * spin R b
                                     + K2 d * spin R b * spin R (s (r d))))); last first.
  by move=> d _; rewrite decimation_step2.
by rewrite bigA_distr_bigA; apply: eq_bigr => t _; rewrite expo_sum.
Qed.

Theorem graph_partition_decimated :
  \sum_s \sum_t graph_weight e l r K1 K2 F s t
  = (\prod_d dec_A2 e (K1 d) (K2 d)) * \sum_s graph_decimated e l r K1 K2 F s.
Proof. by rewrite mulr_sumr; apply: eq_bigr => s _; apply: decimation_on_graph. Qed.

(* Every mean over surviving spins is unchanged. *)
Theorem graph_means_preserved (g : config S -> R) :
  (\sum_s \sum_t g s * graph_weight e l r K1 K2 F s t)
    / (\sum_s \sum_t graph_weight e l r K1 K2 F s t)
  = (\sum_s g s * graph_decimated e l r K1 K2 F s)
    / (\sum_s graph_decimated e l r K1 K2 F s).
Proof.
set A := \prod_d dec_A2 e (K1 d) (K2 d).
have A0 : A != 0.
  by apply/prodf_neq0 => d _; rewrite gt_eqF ?dec_A2_gt0.
rewrite graph_partition_decimated -/A.
have -> : \sum_s \sum_t g s * graph_weight e l r K1 K2 F s t
        = A * \sum_s g s * graph_decimated e l r K1 K2 F s.
  rewrite mulr_sumr; apply: eq_bigr => s _; rewrite -mulr_sumr decimation_on_graph.
  by rewrite mulrCA.
by rewrite -mulf_div divff ?mul1r.
Qed.
End Graph.

Section Ring.
Variables (R : realFieldType) (e : exponential R).
Implicit Types (K : R) (N : nat).

Lemma odd_subproof N (i : 'I_N) : (i.*2.+1 < N.*2)%N.
Proof. by rewrite -doubleS leq_double ltn_ord. Qed.
Definition odd_site N (i : 'I_N) : 'I_(N.*2) := Ordinal (odd_subproof i).

Lemma half_subproof N (k : 'I_(N.*2)) : (k./2 < N)%N.
Proof.
rewrite -ltn_double; apply: leq_ltn_trans (ltn_ord k).
by rewrite -[X in (_ <= X)%N]odd_double_half leq_addl.
Qed.
Definition half_site N (k : 'I_(N.*2)) : 'I_N := Ordinal (half_subproof k).

Lemma half_even N (i : 'I_N) : half_site (even_site i) = i.
Proof. by apply: val_inj; rewrite /= doubleK. Qed.
Lemma half_odd N (i : 'I_N) : half_site (odd_site i) = i.
Proof. by apply: val_inj; rewrite /= uphalf_double. Qed.

(* A configuration of the 2N-ring as even and odd sites. *)
Definition weave N (p : config [finType of 'I_N] * config [finType of 'I_N])
  : config [finType of 'I_(N.*2)] :=
  [ffun k : 'I_(N.*2) => if odd k then p.2 (half_site k) else p.1 (half_site k)].

Lemma weave_even N p (i : 'I_N) : weave p (even_site i) = p.1 i.
Proof. by rewrite ffunE /= odd_double half_even. Qed.
Lemma weave_odd N p (i : 'I_N) : weave p (odd_site i) = p.2 i.
Proof. by rewrite ffunE /= odd_double half_odd. Qed.

Lemma weave_bij N : bijective (@weave N).
Proof.
exists (fun s : config [finType of 'I_(N.*2)] =>
          (survivors s, [ffun i => s (odd_site i)])).
  by case=> s t; congr (_, _); apply/ffunP => i; rewrite !ffunE /= odd_double /= ?half_even ?half_odd.
move=> s; apply/ffunP => k; rewrite ffunE /=.
case: ifP => ok; rewrite ffunE; congr (s _); apply: val_inj => /=.
  by rewrite -[RHS]odd_double_half ok.
by rewrite -[RHS]odd_double_half ok.
Qed.

Lemma sum_even_odd_nat N (g : nat -> R) :
  \sum_(k < N.*2) g k = \sum_(i < N) (g i.*2 + g i.*2.+1).
Proof.
elim: N => [|N IH]; first by rewrite !big_ord0.
by rewrite doubleS !big_ord_recr /= IH addrA.
Qed.

Lemma sum_even_odd N (f : 'I_(N.*2) -> R) :
  \sum_k f k = \sum_(i < N) (f (even_site i) + f (odd_site i)).
Proof.
pose g k := oapp f 0 (insub k).
have gE (k : 'I_(N.*2)) : g k = f k by rewrite /g valK.
rewrite -(eq_bigr _ (fun k _ => gE k)) sum_even_odd_nat.
by apply: eq_bigr => i _; rewrite -!gE.
Qed.

Lemma next_even N (i : 'I_N) : next (even_site i) = odd_site i.
Proof.
apply: val_inj; rewrite /= modn_small //.
exact: odd_subproof.
Qed.

Lemma next_odd N (i : 'I_N) : next (odd_site i) = even_site (next i).
Proof.
apply: val_inj; rewrite /= -doubleS -!muln2 muln_modl //.
Qed.

Lemma ring_weave N K (p : config [finType of 'I_N] * config [finType of 'I_N]) :
  ring_weight e K (weave p)
  = graph_weight e (fun i : 'I_N => i) (@next N) (fun=> K) (fun=> K) (fun=> 1) p.1 p.2.
Proof.
rewrite /ring_weight /graph_weight mul1r sum_even_odd; congr (expo e _).
by apply: eq_bigr => i _; rewrite next_even next_odd !weave_even !weave_odd.
Qed.

Lemma ring_decimatedE N K (s : config [finType of 'I_N]) :
  graph_decimated e (fun i : 'I_N => i) (@next N) (fun=> K) (fun=> K) (fun=> 1) s
  = ring_weight e (dec_K e K) s.
Proof.
rewrite /graph_decimated mul1r; congr (expo e _).
by apply: eq_bigr => i _; rewrite dec_K2_diag.
Qed.

Lemma ring_sum_weave N K (g : config [finType of 'I_N] -> R) :
  \sum_(s : config [finType of 'I_(N.*2)]) g (survivors s) * ring_weight e K s
  = \sum_s \sum_t g s
      * graph_weight e (fun i : 'I_N => i) (@next N) (fun=> K) (fun=> K) (fun=> 1) s t.
Proof.
rewrite (reindex (@weave N)) /=; last exact/onW_bij/weave_bij.
rewrite pair_bigA /=; apply: eq_bigr => p _; rewrite ring_weave; congr (g _ * _).
by apply/ffunP => i; rewrite ffunE weave_even.
Qed.

Lemma prod_dec_A N K : \prod_(i < N) dec_A2 e K K = dec_A e K ^+ N.
Proof. by rewrite prodr_const card_ord dec_A2_diag. Qed.

(* The 2N-ring with K against the N-ring with K'. *)
Theorem ring_decimation N K :
  ring_Z e N.*2 K = dec_A e K ^+ N * ring_Z e N (dec_K e K).
Proof.
have := ring_sum_weave K (fun _ : config [finType of 'I_N] => 1).
rewrite (eq_bigr (ring_weight e K)) => [|s _]; last by rewrite mul1r.
rewrite /ring_Z => ->.
rewrite -prod_dec_A mulr_sumr; apply: eq_bigr => s _.
rewrite -mulr_sumr mul1r decimation_on_graph; congr (_ * _).
exact: ring_decimatedE.
Qed.

Theorem ring_means_preserved N K (g : config [finType of 'I_N] -> R) :
  ring_mean e K (fun s : config [finType of 'I_(N.*2)] => g (survivors s))
  = ring_mean e (dec_K e K) g.
Proof.
rewrite /ring_mean ring_sum_weave ring_decimation.
rewrite -prod_dec_A.
have -> : \sum_s \sum_t g s
      * graph_weight e (fun i : 'I_N => i) (@next N) (fun=> K) (fun=> K) (fun=> 1) s t
   = (\prod_(i < N) dec_A2 e K K) * \sum_s g s * ring_weight e (dec_K e K) s.
  rewrite mulr_sumr; apply: eq_bigr => s _.
  by rewrite -mulr_sumr decimation_on_graph mulrCA ring_decimatedE.
rewrite -mulf_div divff ?mul1r //.
by apply/prodf_neq0 => d _; rewrite gt_eqF ?dec_A2_gt0.
Qed.

(* Two spins of the small ring, for instance. *)
Theorem ring_correlator_preserved N K (i j : 'I_N) :
  ring_mean e K (fun s => spin R (s (even_site i)) * spin R (s (even_site j)))
  = ring_mean e (dec_K e K) (fun s => spin R (s i) * spin R (s j)).
Proof.
rewrite -ring_means_preserved; congr (_ / _).
by apply: eq_bigr => s _; rewrite !ffunE.
Qed.

Lemma ring_Z_gt0 N K : 0 < ring_Z e N K.
Proof. by apply: sum_gt0 => [|s]; [exact: [ffun=> true] | exact: expo_gt0]. Qed.

(* F per site obeys f(K) = g(K) + f(K')/2: the recursion of martin2015 with     *)
(* lambda = 2.                                                                  *)
Theorem ring_free_energy_recursion N K : (0 < N)%N ->
  ln e (ring_Z e N.*2 K) / (N.*2)%:R
  = ln e (dec_A e K) / 2%:R + 1 / 2%:R * (ln e (ring_Z e N (dec_K e K)) / N%:R).
Proof.
move=> N0; rewrite ring_decimation lnM ?exprn_gt0 ?dec_A_gt0 ?ring_Z_gt0 //.
rewrite lnX ?dec_A_gt0 // -muln2 natrM.
have : N%:R != 0 :> R by rewrite pnatr_eq0 -lt0n.
by move=> ?; field.
Qed.
End Ring.
